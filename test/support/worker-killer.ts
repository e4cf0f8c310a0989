import { eventually } from './eventually.js';
import { fetchFrom, type RunningProxy } from './proxy.js';

/** A worker that served for less than this is restarted with a delay that grows from death to death. */
const recoveryMs = 1050;

/** Lets workers die one after the other, not faster than they recover, and waits until all of them are back. */
export async function killWorkers(proxy: RunningProxy, concurrency: number, deaths: number): Promise<void> {
  let restarts = await proxy.stat('server.worker_restarts');
  for (let died = 0; died < deaths; ) {
    const began = performance.now();
    for (let i = 0; i < concurrency && died < deaths; i++, died++) {
      await fetchFrom(proxy.port(), '/crash', {}).catch(() => null);
      restarts++;
      await eventually(async () => (await proxy.stat('server.worker_restarts')) >= restarts);
    }
    await allServe(proxy, concurrency);
    await eventually(() => performance.now() - began > recoveryMs);
  }
}

async function allServe(proxy: RunningProxy, concurrency: number): Promise<void> {
  const seen = new Set<string>();
  await eventually(async () => {
    const answer = await fetchFrom(proxy.port(), '/', {});
    seen.add(String(answer.headers['x-worker']));
    return seen.size === concurrency;
  });
}
