import type { Latency } from '../../bench/report/latency.js';
import type { PercentileSeries } from '../../bench/report/percentile-chart.js';

export interface OpenLoopOutput {
  readonly failed: number;
  /** 99th percentile of how late the generator itself was, in microseconds. */
  readonly lagP99: number;
  readonly latency: Latency;
  readonly points: PercentileSeries['points'];
}

/** Reads the line that the open-loop generator prints; throws with what it printed instead. */
export function parseOpenLoop(text: string): OpenLoopOutput {
  try {
    const facts: unknown = JSON.parse(text);
    const latency = property(facts, 'latency');
    const points = property(facts, 'points');
    return {
      failed: number(facts, 'failed'),
      lagP99: number(facts, 'lagP99'),
      latency: {
        count: number(latency, 'count'),
        mean: number(latency, 'mean'),
        p50: number(latency, 'p50'),
        p90: number(latency, 'p90'),
        p99: number(latency, 'p99'),
        p999: number(latency, 'p999'),
        max: number(latency, 'max'),
      },
      points: (Array.isArray(points) ? points : []).map((point: unknown) => ({
        percentile: number(point, 'percentile'),
        micros: number(point, 'micros'),
      })),
    };
  } catch {
    throw new Error(`the open-loop generator gave no account: ${text.trim().slice(-300)}`);
  }
}

function property(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null) throw new Error(`no ${name}`);
  return Object.entries(from).find(([key]) => key === name)?.[1];
}

function number(from: unknown, name: string): number {
  const value = property(from, name);
  if (typeof value !== 'number') throw new Error(`no ${name}`);
  return value;
}
