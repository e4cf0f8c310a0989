import { build, type Histogram } from 'hdr-histogram-js';
import type { PercentileSeries } from './percentile-chart.js';

/** Latencies in microseconds, exact to three digits, up to a minute. */
export function latencyHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });
}

/** Records a latency, held within what the histogram can hold. */
export function recordMicros(histogram: Histogram, micros: number): void {
  histogram.recordValue(Math.min(60_000_000, Math.max(1, Math.round(micros))));
}

/** What a table shows of a histogram, in microseconds. */
export interface Latency {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function latencyOf(histogram: Histogram): Latency {
  return {
    count: histogram.totalCount,
    mean: histogram.mean,
    p50: histogram.getValueAtPercentile(50),
    p90: histogram.getValueAtPercentile(90),
    p99: histogram.getValueAtPercentile(99),
    p999: histogram.getValueAtPercentile(99.9),
    max: histogram.maxValue,
  };
}

const curve = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99];

/** The histogram as a line of a percentile chart. */
export function percentileSeries(name: string, histogram: Histogram): PercentileSeries {
  return {
    name,
    points: curve.map((percentile) => ({ percentile, micros: histogram.getValueAtPercentile(percentile) })),
  };
}
