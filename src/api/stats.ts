/**
 * Stats as code on the data path sees them. A block is the list of stats of one subsystem, declared once; binding it
 * under a prefix gives an object whose increments are one array write into the thread's own lane of shared memory.
 */

/** Names of one subsystem's stats, each list sorted; full name = prefix + `.` + name. */
export interface StatBlockSpec {
  readonly counters?: readonly string[];
  readonly gauges?: readonly string[];
  /** Milliseconds unless the name is listed in `histogramUnits`. */
  readonly histograms?: readonly string[];
  readonly histogramUnits?: { readonly [histogram: string]: 'ms' | 'us' | 'bytes' | 'percent' | 'count' };
}

/** What `statBlock` keeps of a declaration; slots are numbered counters first, then gauges, then histograms. */
export interface StatBlockDef {
  readonly counters: readonly string[];
  readonly gauges: readonly string[];
  readonly histograms: readonly string[];
  readonly histogramUnits: { readonly [histogram: string]: 'ms' | 'us' | 'bytes' | 'percent' | 'count' };
}

type NamesOf<S extends StatBlockSpec> =
  | (S['counters'] extends readonly (infer N extends string)[] ? N : never)
  | (S['gauges'] extends readonly (infer N extends string)[] ? N : never)
  | (S['histograms'] extends readonly (infer N extends string)[] ? N : never);

/** A declared block: its definition, and for each name the slot to hand to `BoundStats`. */
export type StatBlock<S extends StatBlockSpec = StatBlockSpec> = { readonly def: StatBlockDef } & {
  readonly [N in NamesOf<S>]: number;
};

/** Declares a block: `const F = statBlock({ counters: ['aborts_injected'] } as const)`, then `stats.inc(F.aborts_injected)`. */
export function statBlock<const S extends StatBlockSpec>(spec: S): StatBlock<S> {
  const def: StatBlockDef = {
    counters: spec.counters ?? [],
    gauges: spec.gauges ?? [],
    histograms: spec.histograms ?? [],
    histogramUnits: spec.histogramUnits ?? {},
  };
  const slots: { [name: string]: number | StatBlockDef } = { def };
  let slot = 0;
  for (const name of [...def.counters, ...def.gauges, ...def.histograms]) slots[name] = slot++;
  // Copied in one go it has a shape, so that a slot read by name is a constant to the compiler.
  return { ...slots } as StatBlock<S>;
}

/** A block bound to a prefix in this thread's lane. Memory is taken at the first write. */
export interface BoundStats {
  readonly prefix: string;
  /** Counter +1. */
  inc(slot: number): void;
  /** Counter or gauge + n; n may be negative for gauges. */
  add(slot: number, n: number): void;
  /** Gauge := n, in this thread's lane; main sums the lanes. */
  set(slot: number, n: number): void;
  /** One sample of a histogram, in the histogram's unit. */
  record(slot: number, value: number): void;
  /** This lane's own value, for tests. */
  value(slot: number): number;
}

/** One counter outside any block, for names that exist from their first use on (`upstream_rq_200`). */
export interface Counter {
  readonly name: string;
  inc(): void;
  add(n: number): void;
}

/** One histogram outside any block. */
export interface Histogram {
  readonly name: string;
  record(value: number): void;
}

/** Where a thread gets its stats from. Prefixes carry no trailing dot; `:` in them becomes `_`. */
export interface StatScope {
  /** The same (prefix, block) pair gives the same object. */
  bind<S extends StatBlockSpec>(prefix: string, block: StatBlock<S>): BoundStats;
  /** Counter of that full name, made at its first `inc`; ask once and keep it. */
  counter(name: string): Counter;
  histogram(name: string, unit?: 'ms' | 'us' | 'bytes' | 'percent' | 'count'): Histogram;
}
