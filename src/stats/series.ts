import type { StatIdentity } from '../api/stat-sink.js';
import type { StatBlockDef } from '../api/stats.js';
import { EMPTY_HISTOGRAM, HistogramSeries, type HistogramView } from './histogram-series.js';
import type { HistogramUnit } from './latency-buckets.js';
import { LazyIdentity, type StatNaming } from './lazy-identity.js';

/** A declaration as main knows it, shared by every series of the same stats. */
export interface SeriesShape {
  readonly def: StatBlockDef;
  /** By slot: counters, gauges, histograms. */
  readonly names: readonly string[];
  readonly firstGauge: number;
  readonly firstHistogram: number;
  /** Slots in the order of their names. */
  readonly scalarsByName: readonly number[];
  readonly histogramsByName: readonly number[];
}

export function seriesShape(def: StatBlockDef): SeriesShape {
  const names = [...def.counters, ...def.gauges, ...def.histograms];
  const firstGauge = def.counters.length;
  const firstHistogram = firstGauge + def.gauges.length;
  const byName = [...names.keys()].sort((a, b) => (names[a]! < names[b]! ? -1 : 1));
  return {
    def,
    names,
    firstGauge,
    firstHistogram,
    scalarsByName: byName.filter((slot) => slot < firstHistogram),
    histogramsByName: byName.filter((slot) => slot >= firstHistogram),
  };
}

interface Place {
  readonly lane: number;
  readonly block: number;
  readonly words: Float64Array;
  readonly offset: number;
}

/**
 * One block under one prefix as main sees it: the words of every lane that writes it, and what dead lanes left behind.
 * An untouched word is -0, and the sum of untouched words is -0 as well: that is how "never written" is told.
 */
export class Series {
  /** Prefix with its dot. */
  readonly head: string;
  readonly shape: SeriesShape;
  /** Values of gauges that main computes, instead of words. */
  readonly source: ((slot: number) => number) | null;
  private places: Place[] = [];
  private retired: Float64Array | null = null;
  private latched: Float64Array | null = null;
  private resetBase: Float64Array | null = null;
  private histograms: (HistogramSeries | undefined)[] | null = null;
  private identities: (StatIdentity | undefined)[] | null = null;
  private wanted: Uint8Array | null | undefined = undefined;

  constructor(head: string, shape: SeriesShape, source: ((slot: number) => number) | null = null) {
    this.head = head;
    this.shape = shape;
    this.source = source;
  }

  attach(place: Place): void {
    this.places.push(place);
  }

  attachBuckets(slot: number, lane: number, chunk: number, words: Float64Array, offset: number): void {
    this.histograms ??= new Array<HistogramSeries | undefined>(this.shape.def.histograms.length);
    const at = slot - this.shape.firstHistogram;
    let series = this.histograms[at];
    if (series === undefined) {
      series = new HistogramSeries();
      this.histograms[at] = series;
    }
    series.attach({ lane, chunk, words, offset });
  }

  /** Whether anybody ever wrote it. */
  isUsed(slot: number): boolean {
    return !Object.is(this.raw(slot), -0);
  }

  /** Sum over the lanes; -0 when nothing was ever written. */
  raw(slot: number): number {
    if (this.source !== null) return this.source(slot);
    let sum = this.retired === null ? -0 : this.retired[slot]!;
    for (const place of this.places) sum += place.words[place.offset + slot]!;
    return sum;
  }

  /** What the admin pages show of a counter or gauge. */
  value(slot: number, raw = this.raw(slot)): number {
    return raw - (this.resetBase === null ? 0 : this.resetBase[slot]!) + 0;
  }

  /** Increase of a counter since this was last asked. */
  latchDelta(slot: number, raw: number): number {
    this.latched ??= new Float64Array(this.shape.firstGauge);
    const delta = raw - this.latched[slot]!;
    this.latched[slot] = raw;
    return delta;
  }

  resetCounters(): void {
    for (let slot = 0; slot < this.shape.firstGauge; slot++) {
      const raw = this.raw(slot);
      if (raw === 0 && this.resetBase === null) continue;
      this.resetBase ??= new Float64Array(this.shape.firstHistogram);
      this.resetBase[slot] = raw + 0;
    }
  }

  /** The histogram's buckets of all time, and its exact sum. */
  cumulative(slot: number): HistogramView {
    const series = this.histograms?.[slot - this.shape.firstHistogram];
    if (series === undefined) return EMPTY_HISTOGRAM;
    const buckets = series.merged();
    return { buckets, count: buckets.total(), sum: this.raw(slot) + 0 };
  }

  /** The same of the time between the last two flushes. */
  interval(slot: number): HistogramView {
    return this.histograms?.[slot - this.shape.firstHistogram]?.interval ?? EMPTY_HISTOGRAM;
  }

  latchHistogram(slot: number): HistogramView {
    const series = this.histograms?.[slot - this.shape.firstHistogram];
    return series === undefined ? EMPTY_HISTOGRAM : series.latch(this.raw(slot) + 0);
  }

  unitOf(slot: number): HistogramUnit {
    return this.shape.def.histogramUnits[this.shape.names[slot]!] ?? 'ms';
  }

  identity(slot: number, naming: StatNaming): StatIdentity {
    this.identities ??= new Array<StatIdentity | undefined>(this.shape.names.length);
    let identity = this.identities[slot];
    if (identity === undefined) {
      identity = new LazyIdentity(this.head + this.shape.names[slot]!, naming);
      this.identities[slot] = identity;
    }
    return identity;
  }

  /** False for stats that configuration excludes; asked once per series, on first use. */
  isWanted(slot: number, accepts: (name: string) => boolean): boolean {
    if (this.wanted === undefined) {
      const mask = Uint8Array.from(this.shape.names, (name) => (accepts(this.head + name) ? 1 : 0));
      this.wanted = mask.includes(0) ? mask : null;
    }
    return this.wanted === null || this.wanted[slot] === 1;
  }

  /** The lane's thread is gone: counters and histograms stay, gauges lose its share. */
  retireLane(lane: number): void {
    for (const place of this.places) {
      if (place.lane === lane) this.retirePlace(place);
    }
    for (const histogram of this.histograms ?? []) histogram?.retireLane(lane);
    this.places = this.places.filter((place) => place.lane !== lane);
  }

  /** The lane has given the block's memory back. */
  detach(lane: number, block: number): void {
    this.places = this.places.filter((place) => place.lane !== lane || place.block !== block);
    for (const histogram of this.histograms ?? []) histogram?.detachLane(lane);
  }

  private retirePlace(place: Place): void {
    const shape = this.shape;
    this.retired ??= new Float64Array(shape.names.length).fill(-0);
    for (let slot = 0; slot < shape.names.length; slot++) {
      const word = place.words[place.offset + slot]!;
      const isGauge = slot >= shape.firstGauge && slot < shape.firstHistogram;
      if (!Object.is(word, -0)) this.retired[slot]! += isGauge ? 0 : word;
    }
  }
}
