import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { LoopConnection, totals } from '../support/closed-loop.js';
import { eventually } from '../support/eventually.js';
import { startOrigin, startProxy } from '../support/proxy.js';
import { failingFilter, ringBootstrap } from '../support/ring-bootstrap.js';

test('heap exhaustion costs the worker, not the process', { timeout: 60_000 }, async (t) => {
  const origin = await startOrigin(t, (_request, response) => response.end('hello'));
  const bootstrap = ringBootstrap({ origin: origin.port, fails: true });
  const proxy = await startProxy(t, bootstrap, ['--filter-module', failingFilter], {
    NODE_OPTIONS: '--max-old-space-size=96',
  });
  const loops = [0, 1, 2, 3].map(() => new LoopConnection(proxy.port()));
  await Promise.all(loops.map((loop) => loop.first));
  equal(await proxy.fetch('/exhaust').catch(() => null), null);
  await eventually(async () => (await proxy.stat('server.worker_restarts')) === 1);
  match(proxy.log, /worker \d died.*heap out of memory/);
  const dead = loops.find((loop) => loop.counts.lost > 0)?.worker ?? 'none';
  const survivors = loops.filter((loop) => loop.worker !== dead);
  await Promise.all(survivors.map((loop) => loop.stop()));
  equal(totals(survivors).lost, 0);
  await eventually(async () => (await proxy.fetch('/')).headers['x-worker'] === dead);
});
