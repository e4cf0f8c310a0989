import type { HistogramView } from '../histogram-series.js';
import { bucketLower, bucketUpper, type HistogramUnit } from '../latency-buckets.js';
import { QUANTILES, quantilesOf } from '../quantiles.js';
import type { StatStore } from '../store.js';
import { Chunk, type Chunks } from './chunks.js';
import { jsonNumber } from './numbers.js';
import type { BucketMode, StatSelection } from './selection.js';
import { type BoundsOf, boundCounts, type HistogramViews } from './text.js';
import { visibleReadouts, visibleStats } from './visible.js';

/** The page of `/stats?format=json`. */
export function* renderJson(store: StatStore, selection: StatSelection, boundsOf: BoundsOf): Chunks {
  const chunk = new Chunk();
  let separator = '';
  chunk.add('{"stats":[');
  for (const [name, text] of visibleReadouts(store, selection)) {
    chunk.add(`${separator}{"name":${JSON.stringify(name)},"value":${JSON.stringify(text)}}`);
    separator = ',';
  }
  for (const stat of visibleStats(store, 'scalars', selection)) {
    if (stat !== null) {
      const value = stat.series.value(stat.slot);
      chunk.add(`${separator}{"name":${JSON.stringify(stat.name)},"value":${value}}`);
      separator = ',';
    }
    if (stat === null || chunk.isFull) yield chunk.take();
  }
  yield* histograms(chunk, separator, store, selection, boundsOf);
  chunk.add(']}');
  yield chunk.take();
}

/** One object that holds all histograms; nothing when there are none. */
function* histograms(
  chunk: Chunk,
  separator: string,
  store: StatStore,
  selection: StatSelection,
  boundsOf: BoundsOf,
): Chunks {
  const [open, close] = frame(selection.buckets);
  let before = `${separator}${open}`;
  for (const stat of visibleStats(store, 'histograms', selection)) {
    if (stat !== null) {
      const { name, series, slot } = stat;
      const views = {
        interval: series.interval(slot),
        cumulative: series.cumulative(slot),
        unit: series.unitOf(slot),
      };
      chunk.add(before + histogramJson(name, views, selection.buckets, boundsOf));
      before = ',';
    }
    yield chunk.take();
  }
  if (before === ',') chunk.add(close);
}

function frame(mode: BucketMode): readonly [string, string] {
  const quantiles = JSON.stringify(QUANTILES);
  switch (mode) {
    case 'cumulative':
    case 'disjoint':
      return ['{"histograms":[', ']}'];
    case 'detailed':
      return [`{"histograms":{"supported_percentiles":${quantiles},"details":[`, ']}}'];
    default:
      return [`{"histograms":{"supported_quantiles":${quantiles},"computed_quantiles":[`, ']}}'];
  }
}

function histogramJson(name: string, views: HistogramViews, mode: BucketMode, boundsOf: BoundsOf): string {
  const head = `{"name":${JSON.stringify(name)}`;
  switch (mode) {
    case 'cumulative':
    case 'disjoint':
      return `${head},"buckets":[${bucketCounts(views, boundsOf(name), mode === 'disjoint')}]}`;
    case 'detailed':
      return `${head},"totals":[${ranges(views.cumulative, views.unit)}],"intervals":[${ranges(views.interval, views.unit)}],"percentiles":[${quantiles(views)}]}`;
    default:
      return `${head},"values":[${quantiles(views)}]}`;
  }
}

function quantiles(views: HistogramViews): string {
  const interval = quantilesOf(views.interval.buckets, views.unit);
  const cumulative = quantilesOf(views.cumulative.buckets, views.unit);
  const text = (value: number | undefined): string => (value === undefined ? 'null' : jsonNumber(value));
  return QUANTILES.map(
    (_q, i) => `{"cumulative":${text(cumulative?.[i])},"interval":${text(interval?.[i])}}`,
  ).join(',');
}

function bucketCounts(views: HistogramViews, bounds: readonly number[], isDisjoint: boolean): string {
  const interval = boundCounts(views.interval, views.unit, bounds, isDisjoint);
  const cumulative = boundCounts(views.cumulative, views.unit, bounds, isDisjoint);
  return bounds
    .map(
      (bound, i) =>
        `{"upper_bound":${jsonNumber(bound)},"interval":${interval[i]},"cumulative":${cumulative[i]}}`,
    )
    .join(',');
}

function ranges(view: HistogramView, unit: HistogramUnit): string {
  const parts: string[] = [];
  view.buckets.each((index, count) => {
    const lower = bucketLower(index, unit);
    const width = bucketUpper(index, unit) - lower;
    parts.push(`{"lower_bound":${jsonNumber(lower)},"width":${jsonNumber(width)},"count":${count}}`);
  });
  return parts.join(',');
}
