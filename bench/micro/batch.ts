import type { Bench } from 'tinybench';

/** Calls per sample: a clock read costs as much as many of the things measured here. */
const callsPerSample = 1000;

/**
 * Adds a task that costs nanoseconds: `work` runs a thousand times between two clock reads, and one call's share is
 * the sample. What `work` answers is folded into a value the engine must keep, so that it cannot drop the call.
 */
export function addBatched(bench: Bench, name: string, work: () => unknown): void {
  bench.add(name, () => {
    const start = performance.now();
    for (let i = 0; i < callsPerSample; i++) keep(work());
    const total = performance.now() - start;
    return { overriddenDuration: total / callsPerSample, overriddenIterationCost: total };
  });
}

let kept: unknown;

function keep(value: unknown): void {
  kept = value;
}

/** What the last call answered. */
export function lastKept(): unknown {
  return kept;
}
