import type { AttemptChain, HttpFilterContext } from '../../../../api/http-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import { H } from '../../../../http/manager-stats.js';
import { buildAccessLog } from '../../../../stream/access-log/access-log.js';
import { buildAttemptChain } from '../../../../stream/filter-chain.js';
import type { AttemptLogs } from '../../../../upstream/attempt/attempt-log.js';
import type { RouterConfig } from './config.js';
import { RouteStatsIndex } from './route-stats.js';

/** What the requests of one router have in common. */
export interface RouterParts {
  readonly config: RouterConfig;
  readonly scope: HttpFilterContext;
  readonly stats: BoundStats;
  readonly routeStats: RouteStatsIndex;
  readonly attemptLogs: AttemptLogs;
  /** Of attempts on clusters that have none of their own; null for none. */
  readonly attemptFilters: AttemptChain | null;
}

export function buildRouterParts(config: RouterConfig, scope: HttpFilterContext): RouterParts {
  return {
    config,
    scope,
    stats: scope.stats.bind(scope.statPrefix, H),
    routeStats: new RouteStatsIndex(scope.stats),
    attemptLogs: buildAttemptLogs(config, scope),
    attemptFilters: buildAttemptChain(config.attemptFilters, scope, scope.statPrefix),
  };
}

function buildAttemptLogs(config: RouterConfig, scope: HttpFilterContext): AttemptLogs {
  return {
    logs: config.upstreamLogs.map((log) => buildAccessLog(log, scope)),
    logsStart: config.logsUpstreamStart,
    intervalMs: config.upstreamLogIntervalMs,
    clock: scope.clock,
    timers: scope.timers,
  };
}
