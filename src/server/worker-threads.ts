import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';

/** Threads with the modules of a worker loaded, each waiting for the task of a shard. */
export type WorkerThreads = Piscina;

/**
 * Young generation of a worker's heap, three semi-spaces of 8 MB: V8's own 16 MB cost no less CPU per request and
 * add to what thousands of new connections weigh (native-bench, row `idle-memory`).
 */
const youngGenerationMb = 24;

/**
 * Starts that many threads, and lets one more come later. They load their modules while the configuration is being
 * read, so start them before there is a task.
 */
export function startWorkerThreads(count: number): WorkerThreads {
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
