import type { HttpFilterContext } from '../../../../api/http-filter.js';
import { type BoundStats, type Counter, statBlock } from '../../../../api/stats.js';

/** `http.<stat_prefix>.fault.` */
export const F = statBlock({
  counters: ['aborts_injected', 'delays_injected', 'faults_overflow', 'response_rl_injected'],
  gauges: ['active_faults'],
});

/** Names of downstream clusters come in with requests: beyond this many, new ones are not counted. */
const maxClusters = 1000;

/** Counts the faults of a connection manager's filter, over all workers where a limit hangs on it. */
export class ActiveFaults {
  readonly stats: BoundStats;
  private readonly scope: HttpFilterContext;
  private readonly active: BigInt64Array;
  private readonly counters: Map<string, Counter>;

  constructor(scope: HttpFilterContext) {
    this.scope = scope;
    this.stats = scope.stats.bind(`${scope.statPrefix}.fault`, F);
    this.active = scope.shared.words(`${scope.statPrefix}.fault active_faults`);
    this.counters = new Map();
  }

  /** One more stream suffers, unless as many do as may. */
  tryAdd(limit: number): boolean {
    if (Number(Atomics.load(this.active, 0)) >= limit) {
      this.stats.inc(F.faults_overflow);
      return false;
    }
    Atomics.add(this.active, 0, 1n);
    this.stats.add(F.active_faults, 1);
    return true;
  }

  remove(): void {
    Atomics.sub(this.active, 0, 1n);
    this.stats.add(F.active_faults, -1);
  }

  countFor(cluster: string, name: 'aborts_injected' | 'delays_injected'): void {
    const full = `${this.stats.prefix}.${cluster}.${name}`;
    let counter = this.counters.get(full);
    if (counter === undefined) {
      if (this.counters.size >= maxClusters) return;
      counter = this.scope.stats.counter(full);
      this.counters.set(full, counter);
    }
    counter.inc();
  }
}
