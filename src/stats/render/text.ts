import type { HistogramView } from '../histogram-series.js';
import { bucketLower, bucketUpper, type HistogramUnit } from '../latency-buckets.js';
import { countsBelow, QUANTILES, quantilesOf } from '../quantiles.js';
import type { StatStore } from '../store.js';
import { Chunk, type Chunks } from './chunks.js';
import { boundText, jsonNumber, quantileText } from './numbers.js';
import type { BucketMode, StatSelection } from './selection.js';
import { visibleReadouts, visibleStats } from './visible.js';

/** Bucket bounds of a histogram by its full name. */
export type BoundsOf = (name: string) => readonly number[];

/** Both views of one histogram. */
export interface HistogramViews {
  readonly interval: HistogramView;
  readonly cumulative: HistogramView;
  readonly unit: HistogramUnit;
}

/** The page of `/stats`. */
export function* renderText(store: StatStore, selection: StatSelection, boundsOf: BoundsOf): Chunks {
  const chunk = new Chunk();
  for (const [name, text] of visibleReadouts(store, selection)) chunk.add(`${name}: "${text}"\n`);
  for (const stat of visibleStats(store, 'scalars', selection)) {
    if (stat !== null) chunk.add(`${stat.name}: ${stat.series.value(stat.slot)}\n`);
    if (stat === null || chunk.isFull) yield chunk.take();
  }
  for (const stat of visibleStats(store, 'histograms', selection)) {
    if (stat !== null) {
      const { name, series, slot } = stat;
      const views = {
        interval: series.interval(slot),
        cumulative: series.cumulative(slot),
        unit: series.unitOf(slot),
      };
      chunk.add(histogramText(name, views, selection.buckets, boundsOf));
    }
    yield chunk.take();
  }
  yield chunk.take();
}

function histogramText(name: string, views: HistogramViews, mode: BucketMode, boundsOf: BoundsOf): string {
  if (views.cumulative.count === 0) return `${name}: No recorded values\n`;
  switch (mode) {
    case 'cumulative':
    case 'disjoint':
      return `${name}: ${bucketCounts(views, boundsOf(name), mode === 'disjoint')}\n`;
    case 'detailed':
      return `${name}:\n  totals=${ranges(views.cumulative, views.unit)}\n  intervals=${ranges(views.interval, views.unit)}\n  summary=${summary(views)}\n`;
    default:
      return `${name}: ${summary(views)}\n`;
  }
}

function summary(views: HistogramViews): string {
  const interval = quantilesOf(views.interval.buckets, views.unit);
  const cumulative = quantilesOf(views.cumulative.buckets, views.unit);
  return QUANTILES.map(
    (q, i) => `P${q}(${quantileText(interval?.[i])},${quantileText(cumulative?.[i])})`,
  ).join(' ');
}

function bucketCounts(views: HistogramViews, bounds: readonly number[], isDisjoint: boolean): string {
  const interval = boundCounts(views.interval, views.unit, bounds, isDisjoint);
  const cumulative = boundCounts(views.cumulative, views.unit, bounds, isDisjoint);
  return bounds.map((bound, i) => `B${boundText(bound)}(${interval[i]},${cumulative[i]})`).join(' ');
}

/** Samples up to each bound, or between it and the bound before. */
export function boundCounts(
  view: HistogramView,
  unit: HistogramUnit,
  bounds: readonly number[],
  isDisjoint: boolean,
): number[] {
  const below = countsBelow(view.buckets, unit, bounds);
  return isDisjoint ? below.map((count, i) => count - (below[i - 1] ?? 0)) : below;
}

function ranges(view: HistogramView, unit: HistogramUnit): string {
  const parts: string[] = [];
  view.buckets.each((index, count) => {
    const lower = bucketLower(index, unit);
    parts.push(`${jsonNumber(lower)},${jsonNumber(bucketUpper(index, unit) - lower)}:${count}`);
  });
  return parts.join(', ');
}
