import type { Counter, Histogram, StatScope } from '../api/stats.js';

/**
 * Counters that exist from the first response of a code on: `<root>.upstream_rq_<code>`, its class, `_completed`.
 * Kept by code, so that a response costs array reads.
 */
export class CodeStats {
  private readonly scope: StatScope;
  private readonly root: string;
  private readonly codes: (Counter | undefined)[];
  private readonly classes: (Counter | undefined)[];
  private completed: Counter | undefined;
  private time: Histogram | undefined;

  constructor(scope: StatScope, root: string) {
    this.scope = scope;
    this.root = root;
    this.codes = new Array<Counter | undefined>(600);
    this.classes = new Array<Counter | undefined>(6);
    this.completed = undefined;
    this.time = undefined;
  }

  /** `hidesCode`: only that there was a response. */
  charge(status: number, hidesCode = false): void {
    if (status < 100) return;
    this.completed ??= this.scope.counter(`${this.root}.upstream_rq_completed`);
    this.completed.inc();
    if (hidesCode) return;
    if (status > 599) {
      this.scope.counter(`${this.root}.upstream_rq_unknown`).inc();
      return;
    }
    const kind = Math.floor(status / 100);
    let counter = this.classes[kind];
    if (counter === undefined) {
      counter = this.scope.counter(`${this.root}.upstream_rq_${kind}xx`);
      this.classes[kind] = counter;
    }
    counter.inc();
    counter = this.codes[status];
    if (counter === undefined) {
      counter = this.scope.counter(`${this.root}.upstream_rq_${status}`);
      this.codes[status] = counter;
    }
    counter.inc();
  }

  chargeTime(ms: number): void {
    this.time ??= this.scope.histogram(`${this.root}.upstream_rq_time`);
    this.time.record(ms);
  }
}
