import autocannon, { type Options } from 'autocannon';
import { latencyHistogram, recordMicros } from '../report/latency.js';
import type { Suite, SuiteOutcome, Target } from './suite.js';

export interface AutocannonSuite {
  readonly name: string;
  readonly title: string;
  readonly describe: string;
  readonly connections: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
  /** Picks the listener; the plain one when left out. */
  readonly port?: (target: Target) => number;
}

/** A closed loop by autocannon. Its own histogram counts whole milliseconds, so latencies are kept here. */
export function autocannonSuite(facts: AutocannonSuite): Suite {
  const { name, title, connections } = facts;
  return {
    name,
    title,
    describe: `${facts.describe}, ${connections} connections`,
    run: (target, seconds) => runAutocannon(facts, target, seconds),
  };
}

function runAutocannon(facts: AutocannonSuite, target: Target, seconds: number): Promise<SuiteOutcome> {
  const histogram = latencyHistogram();
  const options: Options = {
    url: `http://127.0.0.1:${(facts.port ?? ((t) => t.port))(target)}${facts.path}`,
    connections: facts.connections,
    duration: seconds,
    method: facts.method ?? 'GET',
    headers: facts.headers ?? {},
  };
  if (facts.body !== undefined) options.body = facts.body;
  return new Promise((resolve, reject) => {
    const instance = autocannon(options, (error, result) => {
      if (error !== null) return reject(error);
      resolve({
        completed: histogram.totalCount,
        failed: result.errors + result.non2xx,
        seconds: result.duration,
        bytes: result.throughput.total,
        histogram,
      });
    });
    instance.on('response', (_client, _status, _bytes, milliseconds) =>
      recordMicros(histogram, milliseconds * 1000),
    );
  });
}
