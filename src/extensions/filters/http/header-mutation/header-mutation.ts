import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import {
  type HeaderMutationConfig,
  type MutationsConfig,
  parseHeaderMutation,
  parseHeaderMutationPerRoute,
} from './config.js';
import { Mutations } from './mutations.js';

/** Changes headers, trailers and query parameters, by the filter's own rules and then by those of every route level. */
export const headerMutationFilter: HttpFilterFactory<HeaderMutationConfig, MutationsConfig> = {
  name: 'envoy.filters.http.header_mutation',
  typeUrl: 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  routeTypeUrl: 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute',
  parse: parseHeaderMutation,
  parseRoute: parseHeaderMutationPerRoute,
  build(config) {
    const levels = new LevelOrder(config);
    return (stream) => new HeaderMutationFilter(stream, levels);
  },
};

/** The mutations to run for each list of route configurations, in order; built when a route is first used. */
class LevelOrder {
  private readonly own: readonly Mutations[];
  private readonly mostSpecificWins: boolean;
  private readonly byConfigs: WeakMap<readonly Plain[], readonly Mutations[]>;

  constructor(config: HeaderMutationConfig) {
    this.own = [new Mutations(config.mutations)];
    this.mostSpecificWins = config.mostSpecificWins;
    this.byConfigs = new WeakMap();
  }

  /** `configs` are least specific first; whoever runs last has the last word. */
  of(configs: readonly Plain[]): readonly Mutations[] {
    if (configs.length === 0) return this.own;
    let order = this.byConfigs.get(configs);
    if (order === undefined) {
      const levels = configs.map((config) => new Mutations(config as MutationsConfig));
      order = [...this.own, ...(this.mostSpecificWins ? levels : levels.reverse())];
      this.byConfigs.set(configs, order);
    }
    return order;
  }
}

class HeaderMutationFilter implements HttpFilter, LogContext {
  private readonly stream: StreamControl;
  private readonly levels: LevelOrder;
  readonly logType = 'NotSet';
  requestHeaders: RequestHeaders | null;
  responseHeaders: ResponseHeaders | null;
  responseTrailers: HeaderMap | null;
  private order: readonly Mutations[] | null;

  constructor(stream: StreamControl, levels: LevelOrder) {
    this.stream = stream;
    this.levels = levels;
    this.requestHeaders = null;
    this.responseHeaders = null;
    this.responseTrailers = null;
    this.order = null;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    this.requestHeaders = headers;
    for (const mutations of this.ordered()) mutations.onRequest(headers, this);
    return HeadersStatus.Continue;
  }

  onRequestTrailers(trailers: HeaderMap): TrailersStatus {
    for (const mutations of this.ordered()) mutations.onRequestTrailers(trailers, this);
    return TrailersStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    this.responseHeaders = headers;
    this.requestHeaders ??= this.stream.request.headers;
    for (const mutations of this.ordered()) mutations.onResponse(headers, this);
    return HeadersStatus.Continue;
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    this.responseTrailers = trailers;
    for (const mutations of this.ordered()) mutations.onResponseTrailers(trailers, this);
    return TrailersStatus.Continue;
  }

  /** The route is asked once: what is changed here does not choose other rules for the response. */
  private ordered(): readonly Mutations[] {
    this.order ??= this.levels.of(this.stream.routeConfigs());
    return this.order;
  }
}
