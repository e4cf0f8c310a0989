import type { CounterSample, GaugeSample, HistogramSample, StatSnapshot } from '../api/stat-sink.js';
import type { BucketCounts } from './bucket-counts.js';
import { bucketSample, type HistogramUnit } from './latency-buckets.js';
import type { Series } from './series.js';
import type { StatStore } from './store.js';

/** Used stats in one part of a flush; about a millisecond of work. */
const PART_STATS = 1000;
/** Words looked at in one part, used or not. */
const PART_WORDS = 8000;

/** A part under construction. */
class Part {
  readonly counters: CounterSample[] = [];
  readonly gauges: GaugeSample[] = [];
  readonly histograms: HistogramSample[] = [];
  looked = 0;

  get isFull(): boolean {
    const stats = this.counters.length + this.gauges.length + this.histograms.length;
    return stats >= PART_STATS || this.looked >= PART_WORDS;
  }

  finish(isLast: boolean): StatSnapshot {
    return { counters: this.counters, gauges: this.gauges, histograms: this.histograms, isLast };
  }
}

/**
 * One flush: takes the deltas since the last one and ends the interval of every histogram. Runs part by part, so that
 * whoever drives it can let other work in between; it must be driven to its end before the next one begins. Every part
 * goes to every sink.
 */
export function* latch(store: StatStore): Generator<StatSnapshot, void> {
  let part = new Part();
  for (const series of [...store.allSeries()]) {
    addSeries(part, store, series);
    if (!part.isFull) continue;
    yield part.finish(false);
    part = new Part();
  }
  yield part.finish(true);
}

function addSeries(part: Part, store: StatStore, series: Series): void {
  const { firstGauge, firstHistogram, names } = series.shape;
  part.looked += names.length;
  for (let slot = 0; slot < firstHistogram; slot++) {
    const raw = series.raw(slot);
    if (Object.is(raw, -0) || !store.isWanted(series, slot)) continue;
    const stat = store.identify(series, slot, true);
    const value = series.value(slot, raw);
    if (slot >= firstGauge) part.gauges.push({ stat, value });
    else part.counters.push({ stat, value, delta: series.latchDelta(slot, raw) });
  }
  for (let slot = firstHistogram; slot < names.length; slot++) {
    if (!series.isUsed(slot) || !store.isWanted(series, slot)) continue;
    const { buckets, count, sum } = series.latchHistogram(slot);
    part.looked += 100;
    const unit = series.unitOf(slot);
    const stat = store.identify(series, slot, true);
    part.histograms.push({ stat, unit, buckets: samplesOf(buckets, unit), sum, count });
  }
}

function samplesOf(buckets: BucketCounts, unit: HistogramUnit): { value: number; count: number }[] {
  const samples: { value: number; count: number }[] = [];
  buckets.each((index, count) => {
    samples.push({ value: bucketSample(index, unit), count });
  });
  return samples;
}
