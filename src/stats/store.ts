import { type LaneMessage, STAT_SLAB_WORDS } from '../api/stat-messages.js';
import type { StatIdentity } from '../api/stat-sink.js';
import type { StatBlock, StatBlockDef, StatBlockSpec } from '../api/stats.js';
import { immediately, StatLane, type StatRules } from './lane.js';
import type { StatNaming } from './lazy-identity.js';
import { Series, type SeriesShape, seriesShape } from './series.js';
import { sortInSteps } from './sort-in-steps.js';
import { cleanName, headOf, singleGaugeDef, splitName } from './stat-name.js';

/** What main knows of one thread's lane. */
interface LaneState {
  readonly slabs: Float64Array[];
  readonly shapes: SeriesShape[];
  readonly blocks: Map<number, Series>;
}

export interface StatStoreOptions {
  /** Stats that it refuses never appear. Lanes should be given the same rules, so that they take no memory either. */
  readonly rules?: StatRules | null;
  /** Without it names have no tags. */
  readonly naming?: StatNaming;
}

const PLAIN_NAMING: StatNaming = { identify: (name) => ({ name, extractedName: name, tags: [] }) };
const MAIN_LANE = 0;

/**
 * Every stat of the process, on main. Lanes announce their memory here; a value is the sum of its words over the
 * lanes, read when somebody asks. Reading never disturbs a writer.
 */
export class StatStore {
  readonly naming: StatNaming;
  /** Main's own lane. What it counts can be read in the same turn. */
  readonly lane: StatLane;
  private readonly rules: StatRules | null;
  private readonly lanes = new Map<number, LaneState>();
  private readonly shapes = new Map<string, SeriesShape>();
  private readonly shapeOfDef = new WeakMap<StatBlockDef, SeriesShape>();
  private readonly series = new Map<SeriesShape, Map<string, Series>>();
  private readonly texts = new Map<string, string>();
  /** Series in the order of their heads, null after one came or went. */
  private sorted: readonly Series[] | null = null;
  private version = 0;

  constructor(options: StatStoreOptions = {}) {
    this.rules = options.rules ?? null;
    this.naming = options.naming ?? PLAIN_NAMING;
    this.attach(MAIN_LANE);
    const announce = (messages: readonly LaneMessage[]): void => this.receive(MAIN_LANE, messages);
    const rules = this.rules;
    this.lane = new StatLane(
      announce,
      rules === null ? { defer: immediately } : { defer: immediately, rules },
    );
  }

  /** A new thread will announce under this number, which no living thread has; 0 is main's own. */
  attach(laneId: number): void {
    if (this.lanes.has(laneId)) throw new RangeError(`stat lane ${laneId} is attached already`);
    this.lanes.set(laneId, { slabs: [], shapes: [], blocks: new Map() });
  }

  /** What a lane announced, in order. Words of lanes that are not attached are ignored. */
  receive(laneId: number, messages: readonly LaneMessage[]): void {
    const lane = this.lanes.get(laneId);
    if (lane === undefined) return;
    for (const message of messages) this.adopt(laneId, lane, message);
  }

  /**
   * The thread has ended and everything it announced was received: its counters and histograms stay in the sums, its
   * share of the gauges goes, its memory is given up.
   */
  retire(laneId: number): void {
    const lane = this.lanes.get(laneId);
    if (lane === undefined) return;
    this.lanes.delete(laneId);
    for (const series of new Set(lane.blocks.values())) series.retireLane(laneId);
  }

  /** Makes the stats of a block exist, so that they are listed with zeros before anybody writes them. */
  declare<S extends StatBlockSpec>(prefix: string, block: StatBlock<S>): void {
    const clean = cleanName(prefix);
    const shape = this.shapeFor(block.def);
    if (this.rules === null || shape.names.some((name) => this.accepts(headOf(clean) + name))) {
      this.seriesAt(clean, shape);
    }
  }

  /** Drops every stat at or below the prefix (a cluster is gone); then lanes `release` it. */
  forget(prefix: string): void {
    const head = headOf(cleanName(prefix));
    for (const byHead of this.series.values()) {
      for (const key of byHead.keys()) {
        if (key.startsWith(head)) byHead.delete(key);
      }
    }
    for (const name of this.texts.keys()) {
      if (name.startsWith(head)) this.texts.delete(name);
    }
    this.changed();
  }

  /** A text readout; undefined removes it. */
  readout(name: string, text: string | undefined): void {
    if (text === undefined) this.texts.delete(cleanName(name));
    else this.texts.set(cleanName(name), text);
  }

  /** A gauge whose value main works out when it is read. */
  gaugeSource(name: string, read: () => number): void {
    const parts = splitName(cleanName(name));
    const shape = this.shapeFor(singleGaugeDef(parts.name));
    const head = headOf(parts.prefix);
    this.byHead(shape).set(head, new Series(head, shape, () => read() + 0));
    this.changed();
  }

  /** The same for every gauge of a block at once; -0 stands for "never written". */
  gaugeSources<S extends StatBlockSpec>(
    prefix: string,
    block: StatBlock<S>,
    read: (slot: number) => number,
  ): void {
    const shape = this.shapeFor(block.def);
    const head = headOf(cleanName(prefix));
    this.byHead(shape).set(head, new Series(head, shape, read));
    this.changed();
  }

  /** Counters show what comes after this; deltas for sinks go on undisturbed. */
  resetCounters(): void {
    for (const series of this.allSeries()) series.resetCounters();
  }

  /** One value by full name, 0 when there is none; a histogram's is its number of samples. For tests and checks. */
  value(name: string): number {
    let found = 0;
    for (const series of this.allSeries()) {
      if (!name.startsWith(series.head)) continue;
      const slot = series.shape.names.indexOf(name.slice(series.head.length));
      if (slot < 0) continue;
      found += slot < series.shape.firstHistogram ? series.value(slot) : series.cumulative(slot).count;
    }
    return found;
  }

  *allSeries(): Generator<Series, void> {
    for (const byHead of this.series.values()) yield* byHead.values();
  }

  /** Every series in the order of heads, null at pauses: sorting many takes a while. */
  *seriesInOrder(): Generator<null, readonly Series[]> {
    if (this.sorted !== null) return this.sorted;
    const version = this.version;
    const sorted = yield* sortInSteps([...this.allSeries()], (a, b) => a.head < b.head);
    if (this.version === version) this.sorted = sorted;
    return sorted;
  }

  /** Text readouts by name. */
  readouts(): readonly (readonly [string, string])[] {
    return [...this.texts].filter(([name]) => this.accepts(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  isWanted(series: Series, slot: number): boolean {
    return this.rules === null || series.isWanted(slot, (name) => this.accepts(name));
  }

  /** What a stat is called; kept for used ones, of which somebody asks again and again. */
  identify(series: Series, slot: number, isUsed: boolean): StatIdentity {
    if (!isUsed) return this.naming.identify(series.head + series.shape.names[slot]!);
    return series.identity(slot, this.naming);
  }

  private accepts(name: string): boolean {
    return this.rules === null || this.rules.accepts(name);
  }

  private adopt(laneId: number, lane: LaneState, message: LaneMessage): void {
    switch (message.kind) {
      case 'slab':
        lane.slabs[message.slab] = new Float64Array(message.buffer);
        return;
      case 'shape':
        lane.shapes[message.shape] = this.shapeFor(message.def);
        return;
      case 'declare':
        this.seriesAt(message.prefix, lane.shapes[message.shape]!);
        return;
      case 'block': {
        const series = this.seriesAt(message.prefix, lane.shapes[message.shape]!);
        lane.blocks.set(message.block, series);
        series.attach({ lane: laneId, block: message.block, ...placeOf(lane, message.address) });
        return;
      }
      case 'buckets': {
        const { words, offset } = placeOf(lane, message.address);
        lane.blocks.get(message.block)?.attachBuckets(message.slot, laneId, message.chunk, words, offset);
        return;
      }
      case 'release':
        lane.blocks.get(message.block)?.detach(laneId, message.block);
        lane.blocks.delete(message.block);
    }
  }

  private seriesAt(prefix: string, shape: SeriesShape): Series {
    const head = headOf(prefix);
    const byHead = this.byHead(shape);
    let series = byHead.get(head);
    if (series === undefined) {
      series = new Series(head, shape);
      byHead.set(head, series);
      this.changed();
    }
    return series;
  }

  private byHead(shape: SeriesShape): Map<string, Series> {
    let byHead = this.series.get(shape);
    if (byHead === undefined) {
      byHead = new Map();
      this.series.set(shape, byHead);
    }
    return byHead;
  }

  private shapeFor(def: StatBlockDef): SeriesShape {
    const known = this.shapeOfDef.get(def);
    if (known !== undefined) return known;
    const key = JSON.stringify([def.counters, def.gauges, def.histograms, def.histogramUnits]);
    const shape = this.shapes.get(key) ?? seriesShape(def);
    this.shapes.set(key, shape);
    this.shapeOfDef.set(def, shape);
    return shape;
  }

  private changed(): void {
    this.version += 1;
    this.sorted = null;
  }
}

function placeOf(lane: LaneState, address: number): { words: Float64Array; offset: number } {
  return {
    words: lane.slabs[Math.floor(address / STAT_SLAB_WORDS)]!,
    offset: address % STAT_SLAB_WORDS,
  };
}
