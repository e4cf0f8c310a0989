import type { RouteMatch } from '../../../../api/route.js';
import type { BoundStats, StatScope } from '../../../../api/stats.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { V } from '../../../../http/manager-stats.js';
import type { RetryVerdict } from '../../../../upstream/attempt/retry-state.js';
import { CodeStats } from '../../../../upstream/code-stats.js';

/** What is counted for one virtual cluster, or for one route with a `stat_prefix`. */
export class RouteStats {
  readonly codes: CodeStats;
  readonly counts: BoundStats;

  constructor(scope: StatScope, root: string) {
    this.codes = new CodeStats(scope, root);
    this.counts = scope.bind(root, V);
  }

  countVerdict(verdict: RetryVerdict): void {
    if (verdict === 'limit-exceeded') this.counts.inc(V.upstream_rq_retry_limit_exceeded);
    else if (verdict === 'overflow') this.counts.inc(V.upstream_rq_retry_overflow);
    else if (verdict === 'success') this.counts.inc(V.upstream_rq_retry_success);
  }
}

const none: readonly RouteStats[] = [];

/** The stats of virtual clusters and routes of one router, made at their first request. */
export class RouteStatsIndex {
  private readonly scope: StatScope;
  private readonly stats: Map<string, RouteStats>;

  constructor(scope: StatScope) {
    this.scope = scope;
    this.stats = new Map();
  }

  /** Those that a request of that route counts for; none in the common case. */
  of(route: RouteMatch, headers: RequestHeaders): readonly RouteStats[] {
    const { name } = route.virtualHost;
    const virtualCluster = route.virtualHost.virtualCluster(headers);
    if (virtualCluster === null && route.statPrefix === '') return none;
    const found: RouteStats[] = [];
    if (virtualCluster !== null) found.push(this.at(`vhost.${name}.vcluster.${virtualCluster}`));
    if (route.statPrefix !== '') found.push(this.at(`vhost.${name}.route.${route.statPrefix}`));
    return found;
  }

  private at(root: string): RouteStats {
    let stats = this.stats.get(root);
    if (stats === undefined) {
      stats = new RouteStats(this.scope, root);
      this.stats.set(root, stats);
    }
    return stats;
  }
}
