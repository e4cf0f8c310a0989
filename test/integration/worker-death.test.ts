import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { LoopConnection, totals } from '../support/closed-loop.js';
import { eventually } from '../support/eventually.js';
import { descriptorCount, residentMb } from '../support/process-usage.js';
import { fetchFrom, type RunningProxy, startOrigin, startProxy } from '../support/proxy.js';
import { failingFilter, ringBootstrap } from '../support/ring-bootstrap.js';
import { CounterWatch } from '../support/stats-poll.js';
import { killWorkers } from '../support/worker-killer.js';

const limits = { timeout: 60_000 };
const arguments_ = ['--filter-module', failingFilter];

async function startFailing(
  t: TestContext,
  parts: { top?: string; cluster?: string } = {},
): Promise<RunningProxy> {
  const origin = await startOrigin(t, (request, response) => {
    if (request.url?.startsWith('/hold') !== true) response.end('hello');
  });
  return startProxy(t, ringBootstrap({ origin: origin.port, fails: true, ...parts }), arguments_);
}

/** Whether the request was answered with that status; false for a lost connection. */
async function answers(proxy: RunningProxy, path: string, status: number): Promise<boolean> {
  const answer = await proxy.fetch(path).catch(() => null);
  return answer?.status === status;
}

async function startLoops(proxy: RunningProxy, count: number): Promise<LoopConnection[]> {
  const loops = Array.from({ length: count }, () => new LoopConnection(proxy.port()));
  await Promise.all(loops.map((loop) => loop.first));
  return loops;
}

/** Sends a request that its worker does not survive; answers which worker that was. */
async function killOne(proxy: RunningProxy, path: string): Promise<void> {
  equal(await answers(proxy, path, 200), false);
}

describe('a worker that dies under load', () => {
  test('costs its own connections alone, and counters never go backwards', limits, async (t) => {
    const proxy = await startFailing(t);
    const loops = await startLoops(proxy, 8);
    const watch = new CounterWatch(proxy);
    await eventually(() => watch.polls > 2);
    const died = performance.now();
    await killOne(proxy, '/crash');
    await Promise.race(loops.map((loop) => loop.ended));
    const dead = loops.find((loop) => loop.counts.lost > 0)?.worker ?? 'none';
    await eventually(async () => (await proxy.fetch('/')).headers['x-worker'] === dead);
    t.diagnostic(
      `worker ${dead} answered again ${Math.round(performance.now() - died)} ms after the request that killed it`,
    );
    const survivors = loops.filter((loop) => loop.worker !== dead);
    await Promise.all(survivors.map((loop) => loop.stop()));
    const polls = watch.polls + 2;
    await eventually(() => watch.polls > polls);
    await watch.stop();

    equal(survivors.length, 4);
    equal(totals(survivors).lost, 0);
    deepEqual(watch.backwards, []);
    equal(await proxy.stat('server.worker_restarts'), 1);
    ok((await proxy.stat('http.ingress.downstream_rq_total')) >= totals(loops).answered);
    match(proxy.log, new RegExp(`worker ${dead} died.*nothing catches this`));
  });

  test('leaves no gauge behind', limits, async (t) => {
    const proxy = await startFailing(t);
    const loops = await startLoops(proxy, 8);
    await killOne(proxy, '/crash');
    await Promise.race(loops.map((loop) => loop.ended));
    await Promise.all(loops.map((loop) => loop.stop()));
    for (const gauge of [
      'http.ingress.downstream_cx_active',
      'http.ingress.downstream_rq_active',
      'cluster.origin.upstream_rq_active',
      'cluster.origin.upstream_rq_pending_active',
      'server.total_connections',
    ]) {
      await eventually(async () => (await proxy.stat(gauge)) === 0);
    }
  });

  test(
    'gives back its share of the circuit breakers and of the active requests of hosts',
    limits,
    async (t) => {
      const cluster = 'circuit_breakers: { thresholds: [{ max_requests: 2 }] }';
      const proxy = await startFailing(t, { cluster });
      const held = [0, 1, 2, 3].map(() => fetchFrom(proxy.port(), '/hold', {}).catch(() => null));
      await eventually(async () => (await proxy.stat('cluster.origin.upstream_rq_active')) === 2);
      equal((await proxy.fetch('/')).status, 503);

      for (let deaths = 1; deaths <= 2; deaths++) {
        await killOne(proxy, '/crash');
        await proxy.logged(/worker \d died/);
        await eventually(async () => (await proxy.stat('server.worker_restarts')) === deaths);
      }
      await Promise.all(held);
      await eventually(() => answers(proxy, '/', 200));
      await eventually(async () => (await proxy.admin('/clusters')).includes('::rq_active::0\n'));
    },
  );

  test('loses no connection that was on its way to it', limits, async (t) => {
    const proxy = await startFailing(t);
    const blocked = fetchFrom(proxy.port(), '/block-and-crash', {}).catch(() => null);
    await eventually(() => existsSync(join(proxy.folder, 'blocked')));
    let answered = 0;
    const handed = Array.from({ length: 8 }, async () => {
      const answer = await proxy.fetch('/');
      answered++;
      return answer.status;
    });
    await eventually(() => answered === 4);
    writeFileSync(join(proxy.folder, 'release'), '');
    deepEqual(await Promise.all(handed), new Array<number>(8).fill(200));
    equal(await blocked, null);
    equal(await proxy.stat('server.worker_restarts'), 1);
  });
});

describe('the rings of failure', () => {
  test('a filter that throws costs its request', limits, async (t) => {
    const proxy = await startFailing(t);
    const loops = await startLoops(proxy, 4);
    equal((await proxy.fetch('/throw')).status, 500);
    await Promise.all(loops.map((loop) => loop.stop()));
    equal(totals(loops).lost, 0);
    equal(await proxy.stat('http.ingress.filter_error'), 1);
    equal(await proxy.stat('server.worker_restarts'), 0);
  });

  test('a throw in the timer of a filter costs its request', limits, async (t) => {
    const proxy = await startFailing(t);
    const loops = await startLoops(proxy, 4);
    equal((await proxy.fetch('/hold/throw-later')).status, 500);
    await Promise.all(loops.map((loop) => loop.stop()));
    equal(totals(loops).lost, 0);
    equal(await proxy.stat('server.worker_restarts'), 0);
    await eventually(async () => (await proxy.stat('http.ingress.downstream_rq_active')) === 0);
  });

  test(
    'a wedged event loop is counted, ended and replaced, and what was handed to it is answered elsewhere',
    limits,
    async (t) => {
      const proxy = await startFailing(t, {
        top: 'watchdogs: { worker_watchdog: { miss_timeout: 0.6s, megamiss_timeout: 0.8s, kill_timeout: 1s } }',
      });
      const wedged = fetchFrom(proxy.port(), '/wedge', {}).catch(() => null);
      await eventually(() => existsSync(join(proxy.folder, 'wedged')));
      const handed = Array.from({ length: 6 }, async () => (await proxy.fetch('/')).status);
      equal(await wedged, null);
      deepEqual(await Promise.all(handed), new Array<number>(6).fill(200));
      await eventually(async () => (await proxy.stat('server.worker_restarts')) === 1);
      // A busy machine may make another worker miss as well: no less than the wedged one's, that is all.
      ok((await proxy.stat('workers.watchdog_miss')) >= 1);
      ok((await proxy.stat('workers.watchdog_mega_miss')) >= 1);
      const each = await Promise.all([0, 1].map((i) => proxy.stat(`server.worker_${i}.watchdog_miss`)));
      ok(Math.max(...each) >= 1);
      match(proxy.log, /is ended: its event loop has been stuck/);
    },
  );
});

test('deaths leak neither descriptors nor memory', limits, async (t) => {
  const proxy = await startFailing(t);
  const pid = proxy.child.pid as number;
  await killWorkers(proxy, 2, 4);
  const descriptors = descriptorCount(pid);
  const resident = residentMb(pid);
  await killWorkers(proxy, 2, 16);
  const grown = residentMb(pid) - resident;
  t.diagnostic(
    `after 16 deaths more: ${descriptors} -> ${descriptorCount(pid)} descriptors, ${grown.toFixed(1)} MB`,
  );
  await eventually(() => descriptorCount(pid) <= descriptors + 4);
  ok(grown < 48);
});
