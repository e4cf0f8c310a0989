import type { Histogram } from 'hdr-histogram-js';

/** Where a suite finds the proxy. */
export interface Target {
  /** Listener in front of the demo origin. */
  readonly port: number;
  /** Listener whose one virtual host has `routeCount` routes. */
  readonly manyRoutesPort: number;
}

export const routeCount = 10_000;

/** What a suite counted. */
export interface SuiteOutcome {
  readonly completed: number;
  readonly failed: number;
  readonly seconds: number;
  /** Bytes of responses, heads included. */
  readonly bytes: number;
  readonly histogram: Histogram;
}

/** One kind of load. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  /** Said in the report: what is sent, over how many connections. */
  readonly describe: string;
  run(target: Target, seconds: number): Promise<SuiteOutcome>;
}
