import type { Counter, Histogram, StatScope } from '../../../../api/stats.js';

/** Names come from clients and servers: what is beyond so many of them is not counted. */
const nameLimit = 10_000;
/** A line break in a name would be one in every list of stats. */
const unprintable = /[^ -~\u0080-\uffff]/g;

/** Outcomes and times of one operation or table. */
class EntityStats {
  readonly totals: Counter[];
  readonly times: Histogram[];

  constructor(totals: Counter[], times: Histogram[]) {
    this.totals = totals;
    this.times = times;
  }
}

/** Everything below `http.<stat_prefix>.dynamodb.`, made as it is first needed. */
export class DynamoStats {
  private readonly stats: StatScope;
  private readonly root: string;
  private readonly counters: Map<string, Counter>;
  private readonly entities: Map<string, EntityStats>;

  constructor(stats: StatScope, statPrefix: string) {
    this.stats = stats;
    this.root = `${statPrefix}.dynamodb`;
    this.counters = new Map();
    this.entities = new Map();
  }

  count(name: string, n = 1): void {
    let counter = this.counters.get(name);
    if (counter === undefined) {
      if (this.counters.size >= nameLimit) return;
      counter = this.stats.counter(`${this.root}.${name.replaceAll(unprintable, '_')}`);
      this.counters.set(name, counter);
    }
    counter.add(n);
  }

  /** A response with that status, after that time. */
  charge(kind: 'operation' | 'table', name: string, status: number, ms: number): void {
    const entity = this.entityOf(`${kind}.${name}`, status);
    if (entity === null) return;
    for (const total of entity.totals) total.inc();
    for (const time of entity.times) time.record(ms);
  }

  private entityOf(name: string, status: number): EntityStats | null {
    const key = `${name}.${status}`;
    const known = this.entities.get(key);
    if (known !== undefined) return known;
    if (this.entities.size >= nameLimit) return null;
    const group = Math.trunc(status / 100);
    const groupName = group >= 1 && group <= 5 ? `${group}xx` : 'unknown';
    const endings = ['', `_${groupName}`, `_${status}`];
    const prefix = `${this.root}.${name.replaceAll(unprintable, '_')}.upstream_rq`;
    const made = new EntityStats(
      endings.map((ending) => this.stats.counter(`${prefix}_total${ending}`)),
      endings.map((ending) => this.stats.histogram(`${prefix}_time${ending}`)),
    );
    this.entities.set(key, made);
    return made;
  }
}
