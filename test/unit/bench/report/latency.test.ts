import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import {
  latencyHistogram,
  latencyOf,
  percentileSeries,
  recordMicros,
} from '../../../../bench/report/latency.js';

test('percentiles come out within the three digits that are kept', () => {
  const histogram = latencyHistogram();
  for (let micros = 1; micros <= 10_000; micros++) recordMicros(histogram, micros);
  const latency = latencyOf(histogram);
  equal(latency.count, 10_000);
  ok(Math.abs(latency.p50 - 5000) <= 5);
  ok(Math.abs(latency.p99 - 9900) <= 10);
});

test('a latency beyond a minute, or of nothing, is held within what can be kept', () => {
  const histogram = latencyHistogram();
  recordMicros(histogram, 5e9);
  recordMicros(histogram, -3);
  const latency = latencyOf(histogram);
  equal(latency.count, 2);
  ok(latency.max >= 60_000_000 && latency.max < 60_100_000);
});

test('the line of a percentile chart never falls', () => {
  const histogram = latencyHistogram();
  for (const micros of [5, 900, 20, 77, 3000]) recordMicros(histogram, micros);
  const { points } = percentileSeries('a', histogram);
  for (let i = 1; i < points.length; i++) ok((points[i]?.micros ?? 0) >= (points[i - 1]?.micros ?? 0));
});
