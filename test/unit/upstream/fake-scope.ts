import type { RuntimeView } from '../../../src/api/runtime.js';
import type {
  BoundStats,
  Counter,
  Histogram,
  StatBlock,
  StatBlockSpec,
  StatScope,
} from '../../../src/api/stats.js';
import type { Logger } from '../../../src/api/thread-scope.js';

export const silentLog: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Runtime values that a test sets by key. */
export function fakeRuntime(values: { readonly [key: string]: number } = {}): RuntimeView {
  return {
    number: (key, fallback) => values[key] ?? fallback,
    double: (key, fallback) => values[key] ?? fallback,
    bool: (_key, fallback) => fallback,
    string: () => undefined,
    sampled: (fraction, draw) => draw % fraction.denominator < fraction.numerator,
  };
}

/** Stats by full name. */
export class FakeStats implements StatScope {
  readonly values = new Map<string, number>();
  private readonly bound = new Map<string, BoundStats>();

  get(name: string): number {
    return this.values.get(name) ?? 0;
  }

  bind<S extends StatBlockSpec>(prefix: string, block: StatBlock<S>): BoundStats {
    const { counters, gauges, histograms } = block.def;
    const names = [...counters, ...gauges, ...histograms].map((name) => `${prefix}.${name}`);
    const key = names.join();
    const known = this.bound.get(key);
    if (known !== undefined) return known;
    const at = (slot: number): string => names[slot] ?? '';
    const stats: BoundStats = {
      prefix,
      inc: (slot) => this.add(at(slot), 1),
      add: (slot, n) => this.add(at(slot), n),
      set: (slot, n) => void this.values.set(at(slot), n),
      record: (slot) => this.add(at(slot), 1),
      value: (slot) => this.get(at(slot)),
    };
    this.bound.set(key, stats);
    return stats;
  }

  counter(name: string): Counter {
    return { name, inc: () => this.add(name, 1), add: (n) => this.add(name, n) };
  }

  histogram(name: string): Histogram {
    return { name, record: () => this.add(name, 1) };
  }

  private add(name: string, n: number): void {
    this.values.set(name, this.get(name) + n);
  }
}
