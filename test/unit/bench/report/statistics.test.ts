import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { median, summarise } from '../../../../bench/report/statistics.js';

test('the median of an odd number of values is the middle one, whatever their order', () => {
  equal(median([9, 1, 5]), 5);
});

test('the median of an even number of values lies between the middle two', () => {
  equal(median([4, 1, 3, 2]), 2.5);
});

test('the median of nothing is not a number', () => {
  ok(Number.isNaN(median([])));
});

test('the median leaves the list it was given as it was', () => {
  const values = [3, 1, 2];
  median(values);
  deepEqual(values, [3, 1, 2]);
});

test('a summary keeps the extremes and the count', () => {
  deepEqual(summarise([2, 8, 3]), { median: 3, min: 2, max: 8, count: 3 });
});
