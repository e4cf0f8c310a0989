import type { AccessLog } from '../api/access-log.js';
import type { EarlyHeaderMutation, EarlyHeaderMutationFactory } from '../api/early-header-mutation.js';
import type { HttpFilterChain } from '../api/http-filter.js';
import type { NetworkFilterContext } from '../api/network-filter.js';
import type { OverloadView } from '../api/overload.js';
import type { RouteTableView } from '../api/route.js';
import type { BoundStats } from '../api/stats.js';
import type { ThreadScope } from '../api/thread-scope.js';
import { withJitter } from '../base/jitter.js';
import { Http1 } from '../codec/http1/http1-stats.js';
import { Http2 } from '../codec/http2/http2-stats.js';
import { printsWireBytes } from '../format/wire-operators.js';
import { ScaledWait } from '../network/scaled-wait.js';
import { buildChain } from '../stream/filter-chain.js';
import { LocalReplyRules } from './local-reply-rules.js';
import type { ManagerConfig } from './manager-config.js';
import { H, L, Tracing } from './manager-stats.js';
import { ProxyStatus } from './proxy-status.js';
import { RequestRules } from './request-rules.js';
import { ResponseRules } from './response-rules.js';

const normalizeKey = 'http_connection_manager.normalize_path';

/** One connection manager in one thread: what all of its connections and streams share, resolved beforehand. */
export class Manager {
  readonly config: ManagerConfig;
  readonly scope: ThreadScope;
  readonly listenerName: string;
  readonly statPrefix: string;
  readonly stats: BoundStats;
  readonly listenerStats: BoundStats;
  readonly http1Stats: BoundStats;
  readonly tracingStats: BoundStats;
  readonly http2Stats: BoundStats;
  readonly routes: RouteTableView;
  readonly filters: HttpFilterChain;
  /** Filters of upgraded requests, by type in lower case; null when none has a chain of its own. */
  readonly upgradeFilters: ReadonlyMap<string, HttpFilterChain> | null;
  readonly localReplies: LocalReplyRules | null;
  readonly proxyStatus: ProxyStatus | null;
  readonly earlyMutations: readonly EarlyHeaderMutation[];
  readonly accessLogs: readonly AccessLog[];
  readonly requestRules: RequestRules;
  readonly responseRules: ResponseRules;
  readonly upgrades: ReadonlyMap<string, boolean>;
  readonly bufferLimitBytes: number;
  readonly logsWireBytes: boolean;
  /** Null where nothing looks at how much is used up, or not on this listener. */
  readonly overload: OverloadView | null;
  readonly idleWait: ScaledWait;
  readonly durationWait: ScaledWait;
  readonly streamIdleWait: ScaledWait;
  private streams: number;

  constructor(
    config: ManagerConfig,
    scope: ThreadScope,
    context: NetworkFilterContext,
    routes: RouteTableView,
    accessLogs: readonly AccessLog[],
  ) {
    this.config = {
      ...config,
      normalizePath: config.normalizePath ?? scope.random.u32() % 100 < scope.runtime.number(normalizeKey, 0),
    };
    this.scope = scope;
    this.listenerName = context.listenerName;
    this.statPrefix = `http.${config.statPrefix}`;
    this.stats = scope.stats.bind(this.statPrefix, H);
    this.listenerStats = scope.stats.bind(`${context.listenerStatPrefix}.http.${config.statPrefix}`, L);
    this.http1Stats = scope.stats.bind('http1', Http1);
    this.tracingStats = scope.stats.bind(`${this.statPrefix}.tracing`, Tracing);
    this.http2Stats = scope.stats.bind('http2', Http2);
    this.routes = routes;
    this.filters = buildChain(config.filters, scope, this.statPrefix);
    this.upgradeFilters = this.buildUpgradeChains();
    this.localReplies = config.localReplies === null ? null : new LocalReplyRules(config.localReplies, scope);
    this.proxyStatus = config.proxyStatus === null ? null : new ProxyStatus(config.proxyStatus, scope);
    this.earlyMutations = config.earlyHeaderMutations.map(({ typeUrl, config: mutations }) =>
      (scope.extensions.find('early.header.mutation', typeUrl) as EarlyHeaderMutationFactory).build(
        mutations,
      ),
    );
    this.accessLogs = accessLogs;
    this.requestRules = new RequestRules(config, scope, routes.internalOnlyHeaders);
    this.responseRules = new ResponseRules(config, scope);
    this.upgrades = new Map(config.upgrades.map(({ type, isEnabled }) => [type, isEnabled]));
    this.bufferLimitBytes = context.bufferLimitBytes;
    this.logsWireBytes = printsWireBytes([config.accessLogs, config.filters]);
    this.overload = context.bypassesOverload === true ? null : (scope.overload ?? null);
    this.idleWait = new ScaledWait('HTTP_DOWNSTREAM_CONNECTION_IDLE', scope, this.overload);
    this.durationWait = new ScaledWait('HTTP_DOWNSTREAM_CONNECTION_MAX', scope, this.overload);
    this.streamIdleWait = new ScaledWait('HTTP_DOWNSTREAM_STREAM_IDLE', scope, this.overload);
    this.streams = scope.threadIndex * 0x1_0000_0000;
  }

  /** A filter threw. */
  noteFilterError(error: unknown): void {
    this.stats.inc(H.filter_error);
    this.scope.log.error(
      `filter error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  filtersFor(upgradeType: string): HttpFilterChain {
    if (upgradeType === '' || this.upgradeFilters === null) return this.filters;
    return this.upgradeFilters.get(upgradeType) ?? this.filters;
  }

  connectionDurationMs(): number {
    const { maxConnectionDurationMs, maxConnectionDurationJitter } = this.config;
    return withJitter(maxConnectionDurationMs, maxConnectionDurationJitter, this.scope.random);
  }

  /** How long a stream whose answer is complete waits for the client's window; 0 = for ever. */
  flushTimeoutMs(): number {
    const { streamFlushTimeoutMs: ms } = this.config;
    return this.overload?.timeoutMs('HTTP_DOWNSTREAM_STREAM_FLUSH', ms) ?? ms;
  }

  drainTimeoutMs(): number {
    return withJitter(this.config.drainTimeoutMs, this.config.drainTimeoutJitter, this.scope.random);
  }

  private buildUpgradeChains(): ReadonlyMap<string, HttpFilterChain> | null {
    const chains = new Map<string, HttpFilterChain>();
    for (const { type, filters } of this.config.upgrades)
      if (filters !== null) chains.set(type, buildChain(filters, this.scope, this.statPrefix));
    return chains.size === 0 ? null : chains;
  }

  /** Unique in the process: the thread's index in the high bits. */
  nextStreamId(): number {
    return ++this.streams;
  }
}
