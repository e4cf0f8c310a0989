/** What users' filters are written against: `import { asyncFilter } from 'sluice/filter'`. See docs/extending.md. */
export type { Chunk } from './api/codec.js';
export type { ConfigNode } from './api/config-node.js';
export {
  DataStatus,
  type Flow,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type HttpFilterMaker,
  type LocalReplyOptions,
  type LocalReplyView,
  type StreamControl,
  TrailersStatus,
} from './api/http-filter.js';
export {
  type CloseMode,
  type ConnectionCloseKind,
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterContext,
  type NetworkFilterFactory,
  type NetworkFilterMaker,
  NetworkStatus,
} from './api/network-filter.js';
export { type BoundStats, statBlock } from './api/stats.js';
export type { StreamInfo } from './api/stream-info.js';
export type { ThreadScope } from './api/thread-scope.js';
export type { HeaderMap, RequestHeaders, ResponseHeaders } from './base/header-map.js';
export type { Plain } from './base/plain.js';
export { asyncFilter } from './http/async-filter/async-filter.js';
export { asyncNetworkFilter } from './http/async-filter/async-network-filter.js';
export type {
  AsyncNetworkFilterOptions,
  ConnectionRun,
  DataVerdict,
} from './http/async-filter/connection-contract.js';
export type {
  AsyncFilterOptions,
  FetchOptions,
  FetchResponse,
  FilterCluster,
  FilterMessage,
  FilterRequest,
  FilterResponse,
  FilterRun,
} from './http/async-filter/contract.js';
