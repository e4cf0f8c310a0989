import type { AccessLog } from '../api/access-log.js';
import type { HttpFilterMaker } from '../api/http-filter.js';
import type { NetworkFilterContext } from '../api/network-filter.js';
import type { RouteTableView } from '../api/route.js';
import type { BoundStats } from '../api/stats.js';
import type { ThreadScope } from '../api/thread-scope.js';
import { Http1 } from '../codec/http1/http1-stats.js';
import type { ManagerConfig } from './manager-config.js';
import { H, L } from './manager-stats.js';
import { RequestRules } from './request-rules.js';
import { ResponseRules } from './response-rules.js';

/** One connection manager in one thread: what all of its connections and streams share, resolved beforehand. */
export class Manager {
  readonly config: ManagerConfig;
  readonly scope: ThreadScope;
  readonly listenerName: string;
  readonly statPrefix: string;
  readonly stats: BoundStats;
  readonly listenerStats: BoundStats;
  readonly http1Stats: BoundStats;
  readonly routes: RouteTableView;
  readonly filters: readonly { readonly name: string; readonly make: HttpFilterMaker }[];
  readonly accessLogs: readonly AccessLog[];
  readonly requestRules: RequestRules;
  readonly responseRules: ResponseRules;
  readonly upgrades: ReadonlyMap<string, boolean>;
  readonly bufferLimitBytes: number;
  private streams: number;

  constructor(
    config: ManagerConfig,
    scope: ThreadScope,
    context: NetworkFilterContext,
    routes: RouteTableView,
    accessLogs: readonly AccessLog[],
  ) {
    this.config = config;
    this.scope = scope;
    this.listenerName = context.listenerName;
    this.statPrefix = `http.${config.statPrefix}`;
    this.stats = scope.stats.bind(this.statPrefix, H);
    this.listenerStats = scope.stats.bind(`${context.listenerStatPrefix}.http.${config.statPrefix}`, L);
    this.http1Stats = scope.stats.bind('http1', Http1);
    this.routes = routes;
    this.filters = config.filters.map((filter) => ({
      name: filter.name,
      make: scope.httpFilter(filter, this.statPrefix),
    }));
    this.accessLogs = accessLogs;
    this.requestRules = new RequestRules(config, scope, routes.internalOnlyHeaders);
    this.responseRules = new ResponseRules(config, scope);
    this.upgrades = new Map(config.upgrades);
    this.bufferLimitBytes = context.bufferLimitBytes;
    this.streams = scope.threadIndex * 0x1_0000_0000;
  }

  /** Unique in the process: the thread's index in the high bits. */
  nextStreamId(): number {
    return ++this.streams;
  }
}
