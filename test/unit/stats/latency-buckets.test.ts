import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BUCKETS,
  bucketIndex,
  bucketLower,
  bucketMiddle,
  bucketSample,
  bucketUpper,
  firstKeyOf,
} from '../../../src/stats/latency-buckets.js';

const ms = firstKeyOf('ms');

test('every sample lies between the bounds of its bucket', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 8.64e7, noNaN: true }), (value) => {
      const index = bucketIndex(value, ms);
      ok(value === 0 ? index === 0 : bucketLower(index, 'ms') <= value && value < bucketUpper(index, 'ms'));
    }),
  );
});

test('the middle of a bucket is within 1/32 of every sample from a microsecond to a day', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 8.64e7, noNaN: true }), (value) => {
      const middle = bucketMiddle(bucketIndex(value, ms), 'ms');
      ok(Math.abs(middle - value) <= value / 32);
    }),
  );
});

test('buckets adjoin without gaps', () => {
  for (let index = 1; index < BUCKETS - 1; index++) {
    equal(bucketUpper(index, 'bytes'), bucketLower(index + 1, 'bytes'));
  }
});

test('zero has a bucket of its own, shared by what is no sample at all', () => {
  for (const value of [0, -0, -5, Number.NaN, Number.NEGATIVE_INFINITY]) equal(bucketIndex(value, ms), 0);
  equal(bucketIndex(1e-9, ms), 1);
  equal(bucketIndex(Number.POSITIVE_INFINITY, ms), BUCKETS - 1);
  equal(bucketIndex(1e300, ms), BUCKETS - 1);
});

test('whole numbers below 32 are named exactly in samples', () => {
  for (let value = 0; value < 32; value++) {
    equal(bucketSample(bucketIndex(value, ms), 'ms'), value);
    equal(bucketSample(bucketIndex(value, firstKeyOf('count')), 'count'), value);
  }
});
