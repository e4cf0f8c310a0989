import { performance } from 'node:perf_hooks';
import type { ClusterConfig } from '../upstream/config.js';

/** How long clusters are added before main's other work gets its turn. */
const sliceMs = 2;

/**
 * Adds clusters and answers what waits for each. Many of them take a while, and others ask meanwhile how far the start
 * is. A cluster whose hosts another cluster is asked for is added when that one is ready.
 */
export async function addClusters(
  configs: readonly ClusterConfig[],
  add: (config: ClusterConfig) => Promise<void>,
): Promise<readonly Promise<void>[]> {
  const ready = new Map<string, Promise<void>>();
  let sliceEndMs = performance.now() + sliceMs;
  for (const config of configs) {
    if (config.eds?.rest) continue;
    ready.set(config.name, add(config));
    if (performance.now() < sliceEndMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceEndMs = performance.now() + sliceMs;
  }
  for (const config of configs) {
    const source = config.eds?.rest;
    if (!source) continue;
    const asked = ready.get(source.cluster) ?? Promise.resolve();
    ready.set(
      config.name,
      asked.then(() => add(config)),
    );
  }
  return [...ready.values()];
}
