import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Piscina } from 'piscina';

/** Threads with the modules of a worker loaded, each waiting for the task of a shard. */
export type WorkerThreads = Piscina;

/**
 * Young generation of a worker's heap, three semi-spaces of 8 MB: V8's own 16 MB cost no less CPU per request and
 * add to what thousands of new connections weigh (native-bench, row `idle-memory`).
 */
const youngGenerationMb = 24;

/**
 * Allocates where every young object is allocated. V8 learns from a few early connections that literals of some places
 * live long and makes them in the old generation from then on; dead, they keep all that they refer to alive until a
 * full collection. That was a quarter of the user time of connections that carry one request (native-bench, row
 * `new-connection`).
 */
const noPretenuring = '--no-allocation-site-pretenuring';

/**
 * Starts that many threads, and lets one more come later. They load their modules while the configuration is being
 * read, so start them before there is a task.
 */
export function startWorkerThreads(count: number): WorkerThreads {
  setFlagsFromString(noPretenuring);
  return new Piscina({
    filename: fileURLToPath(new URL('../../workers/proxy.js', import.meta.url)),
    minThreads: count,
    maxThreads: count + 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    // With atomics a thread without a task would block its event loop.
    atomics: 'disabled',
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    maxQueue: count * 2,
  });
}
