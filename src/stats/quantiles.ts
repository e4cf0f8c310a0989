import { build, type Histogram } from 'hdr-histogram-js';
import type { BucketCounts } from './bucket-counts.js';
import { bucketIndex, bucketLower, bucketMiddle, firstKeyOf, type HistogramUnit } from './latency-buckets.js';

/** The quantiles that Envoy shows, in percent. */
export const QUANTILES = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100];

/** The whole of one bucket below 2^8, so that every bucket of ours maps to cells of the histogram's own. */
const LOWEST_BUCKET_UNITS = 32;
let scratch: Histogram | null = null;

/** One histogram for all answers: it costs 40 KB, and main needs one at a time. */
function emptyHistogram(): Histogram {
  if (scratch === null) {
    scratch = build({
      bitBucketSize: 64,
      numberOfSignificantValueDigits: 2,
      highestTrackableValue: 2 ** 47,
      autoResize: false,
    });
  }
  scratch.reset();
  return scratch;
}

/** Values at `QUANTILES`, each the middle of its bucket; undefined when there are no samples. */
export function quantilesOf(buckets: BucketCounts, unit: HistogramUnit): readonly number[] | undefined {
  const histogram = emptyHistogram();
  const scale = LOWEST_BUCKET_UNITS / bucketLower(2, unit);
  buckets.each((index, count) => {
    histogram.recordValueWithCount(Math.round(bucketMiddle(index, unit) * scale), count);
  });
  if (histogram.totalCount === 0) return undefined;
  const firstKey = firstKeyOf(unit);
  return QUANTILES.map((quantile) => {
    const value = histogram.getValueAtPercentile(quantile) / scale;
    return bucketMiddle(bucketIndex(value, firstKey), unit);
  });
}

/** Samples at or below each bound, in ascending order of bounds; a bucket counts as its lower bound does. */
export function countsBelow(buckets: BucketCounts, unit: HistogramUnit, bounds: readonly number[]): number[] {
  const below = new Array<number>(bounds.length).fill(0);
  buckets.each((index, count) => {
    const lower = bucketLower(index, unit);
    const first = bounds.findIndex((bound) => lower <= bound);
    if (first >= 0) below[first]! += count;
  });
  for (let i = 1; i < below.length; i++) below[i]! += below[i - 1]!;
  return below;
}
