import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, duration, figure, thousands } from '../../../../bench/report/figures.js';

test('figures have three digits, and whole numbers from a hundred on', () => {
  equal(figure(0.5734), '0.57');
  equal(figure(12.345), '12.3');
  equal(figure(1234.5), '1 235');
  equal(figure(-3.21), '-3.21');
});

test('a figure that does not exist is a dash', () => {
  equal(figure(Number.NaN), '–');
  equal(thousands(Number.NaN), '–');
  equal(bytes(Number.NaN), '–');
  equal(duration(Number.POSITIVE_INFINITY), '–');
});

test('thousands are grouped by three from the right', () => {
  equal(thousands(1_234_567), '1 234 567');
  equal(thousands(999), '999');
});

test('bytes take the largest unit that leaves at least one', () => {
  equal(bytes(1023), '1 023 B');
  equal(bytes(8192), '8.00 KB');
  equal(bytes(3 * 2 ** 30), '3.00 GB');
});

test('durations change unit at a thousand', () => {
  equal(duration(870), '870 µs');
  equal(duration(4200), '4.20 ms');
  equal(duration(1_500_000), '1.50 s');
});
