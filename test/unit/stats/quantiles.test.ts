import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BucketCounts } from '../../../src/stats/bucket-counts.js';
import { bucketIndex, firstKeyOf, type HistogramUnit } from '../../../src/stats/latency-buckets.js';
import { countsBelow, QUANTILES, quantilesOf } from '../../../src/stats/quantiles.js';

function counts(samples: readonly number[], unit: HistogramUnit): BucketCounts {
  const buckets = new BucketCounts();
  for (const sample of samples) buckets.add(bucketIndex(sample, firstKeyOf(unit)), 1);
  return buckets;
}

/** The sample of that rank, counted as the histogram counts: the least one that covers the share. */
function exact(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length - 1e-9));
  return sorted[rank - 1]!;
}

test('quantiles are within 1/32 of the exact ones', () => {
  const sample = fc.double({ min: 0.001, max: 8.64e7, noNaN: true });
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 300 }), (samples) => {
      const values = quantilesOf(counts(samples, 'ms'), 'ms');
      for (const [i, percent] of QUANTILES.entries()) {
        const want = exact(samples, percent);
        ok(Math.abs(values![i]! - want) <= want / 32, `P${percent}: ${values![i]} for ${want}`);
      }
    }),
  );
});

test('other units keep the same precision at their own range', () => {
  deepEqual(
    quantilesOf(counts([0, 5_000_000_000], 'bytes'), 'bytes')?.map(
      (value) => Math.abs(value / 5e9 - 1) < 1 / 32 || value === 0,
    ),
    QUANTILES.map(() => true),
  );
  equal(quantilesOf(counts([0, 0, 0], 'count'), 'count')?.at(-1), 0);
});

test('without samples there are no quantiles', () => {
  equal(quantilesOf(new BucketCounts(), 'ms'), undefined);
});

test('a whole number on a bound counts as below it', () => {
  const buckets = counts([0, 1, 1, 5, 10, 25, 26, 1000, 9_999_999], 'ms');
  deepEqual(countsBelow(buckets, 'ms', [0.5, 1, 5, 10, 25, 1000]), [1, 3, 4, 5, 6, 8]);
});
