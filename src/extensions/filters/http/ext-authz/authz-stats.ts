import type { StreamControl } from '../../../../api/http-filter.js';
import { type BoundStats, type Counter, type StatScope, statBlock } from '../../../../api/stats.js';
import type { Cluster, ClusterManager } from '../../../../api/upstream.js';
import type { RequestHeaders } from '../../../../base/header-map.js';

/** `http.<stat_prefix>.ext_authz.` */
export const Z = statBlock({
  counters: [
    'denied',
    'disabled',
    'error',
    'failure_mode_allowed',
    'filter_state_name_collision',
    'ignored_dynamic_metadata',
    'invalid',
    'ok',
    'omitted_response_headers',
    'request_header_limits_reached',
    'response_header_limits_reached',
    'shadow_denied',
    'shadow_error',
  ],
});

type Outcome = 'ok' | 'denied' | 'error' | 'failure_mode_allowed' | 'invalid';

/** Counts verdicts for the filter, and for the cluster that the request is on its way to. */
export class AuthzStats {
  readonly own: BoundStats;
  private readonly scope: { readonly stats: StatScope; readonly clusters: ClusterManager };
  private readonly suffix: string;
  private readonly counters: Map<string, Counter>;

  constructor(
    root: string,
    prefix: string,
    scope: { readonly stats: StatScope; readonly clusters: ClusterManager },
  ) {
    this.suffix = prefix === '' ? 'ext_authz' : `ext_authz.${prefix}`;
    this.own = scope.stats.bind(`${root}.${this.suffix}`, Z);
    this.scope = scope;
    this.counters = new Map();
  }

  count(outcome: Outcome, cluster: Cluster | null): void {
    this.own.inc(Z[outcome]);
    if (cluster === null) return;
    const name = `cluster.${cluster.info.statName}.${this.suffix}.${outcome}`;
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = this.scope.stats.counter(name);
      this.counters.set(name, counter);
    }
    counter.inc();
  }

  /** The cluster that the route of the request leads to. */
  clusterOf(stream: StreamControl, headers: RequestHeaders): Cluster | null {
    const action = stream.route()?.action;
    if (action?.kind !== 'route') return null;
    const { info } = stream;
    const name = action.chooseCluster({ headers, info, random: info.randomValue }).clusterName;
    return name === undefined ? null : this.scope.clusters.get(name);
  }
}
