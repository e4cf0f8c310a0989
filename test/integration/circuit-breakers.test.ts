import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import {
  BreakerScene,
  breakerWorkers,
  type ClusterName,
  isOverflow,
  type Priority,
} from '../support/breaker-scene.js';
import { eventually } from '../support/eventually.js';
import type { Answer } from '../support/proxy.js';

const priorities: readonly Priority[] = ['default', 'high'];

/** Sixteen clients with six requests each, one after the other, while somebody looks at the gauges. */
async function load(
  scene: BreakerScene,
  path: `${ClusterName}/${string}`,
  priority: Priority,
  look: () => Promise<void>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let clients = 16;
  const client = async (): Promise<void> => {
    for (let i = 0; i < 6; i++) answers.push(await scene.ask(path, priority));
    clients--;
  };
  const all = Array.from({ length: clients }, client);
  while (clients > 0) await look();
  await Promise.all(all);
  return answers;
}

function workerOf(answer: Answer): string {
  return String(answer.headers['x-worker']);
}

/** The four workers take turns: one request each. */
async function askEach(
  scene: BreakerScene,
  path: `${ClusterName}/${string}`,
  priority: Priority,
): Promise<Answer[]> {
  const byWorker = new Map<string, Answer>();
  await eventually(async () => {
    const answer = await scene.ask(path, priority);
    byWorker.set(workerOf(answer), answer);
    return byWorker.size === breakerWorkers;
  });
  return [...byWorker.values()];
}

async function limitsRequests(scene: BreakerScene, priority: Priority): Promise<void> {
  const origin = scene.origin('requests');
  const gauges = () => scene.gauges('requests', priority, 'rq_open', 'rq');
  const held = Array.from({ length: 5 }, () => scene.ask('requests/hold', priority));
  await eventually(() => origin.holds === 5);
  ok((await askEach(scene, 'requests/soon', priority)).every(isOverflow));
  deepEqual(await gauges(), [1, 0]);
  const answers = await origin.releaseUntil(Promise.all(held));
  ok(answers.every(({ status }) => status === 200));
  await eventually(async () => (await gauges())[1] === 5);

  const before = await scene.stat('requests', 'upstream_rq_active_overflow');
  const loaded = await load(scene, 'requests/soon', priority, async () => {
    const [isOpen, remaining] = await gauges();
    ok(remaining >= 0 && remaining <= 5 && (isOpen === 0 || isOpen === 1));
  });
  const refused = loaded.filter(isOverflow).length;
  equal(loaded.filter(({ status }) => status === 200).length, loaded.length - refused);
  equal((await scene.stat('requests', 'upstream_rq_active_overflow')) - before, refused);
  equal(origin.requests.most, 5);
  await eventually(async () => (await gauges())[1] === 5);
}

/** A worker whose pool has no connection opens one whatever the limit says, and no second one. */
async function limitsConnections(scene: BreakerScene, priority: Priority): Promise<void> {
  const origin = scene.origin('connections');
  const gauges = () => scene.gauges('connections', priority, 'cx_open', 'cx');
  const asked = Promise.all(Array.from({ length: 40 }, () => scene.ask('connections/hold', priority)));
  await eventually(
    async () => origin.holds + (await scene.stat('connections', 'upstream_rq_pending_active')) === 40,
  );
  const count = origin.connections.now;
  ok(count >= 6);
  deepEqual(await gauges(), [1, 0]);
  const connectionsOf = new Map<string, Set<string>>();
  for (const answer of await origin.releaseUntil(asked)) {
    equal(answer.status, 200);
    const known = connectionsOf.get(workerOf(answer)) ?? new Set();
    connectionsOf.set(workerOf(answer), known.add(String(answer.headers['x-connection'])));
  }
  const single = [...connectionsOf.values()].filter(({ size }) => size === 1).length;
  ok(count - 6 <= single, `${count} connections, ${single} workers with one`);

  const loaded = await load(scene, 'connections/last', priority, async () => {
    const [, remaining] = await gauges();
    ok(remaining >= 0 && remaining <= 6);
  });
  ok(loaded.every(({ status }) => status === 200));
  ok(origin.connections.most < 6 + breakerWorkers, `${origin.connections.most} connections`);
  await eventually(async () => {
    origin.closeIdle();
    return (await gauges())[1] === 6;
  });
}

async function limitsPending(scene: BreakerScene, priority: Priority): Promise<void> {
  const origin = scene.origin('pending');
  const gauges = () => scene.gauges('pending', priority, 'rq_pending_open', 'pending');
  const before = await scene.stat('pending', 'upstream_rq_pending_overflow');
  const asked: Promise<Answer>[] = [];
  const settle = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) asked.push(scene.ask('pending/hold', priority));
    let refused = 0;
    await eventually(async () => {
      const stats = await scene.stats('pending');
      refused = (stats.get('upstream_rq_pending_overflow') ?? 0) - before;
      return origin.holds + refused + (stats.get('upstream_rq_pending_active') ?? 0) === asked.length;
    });
    return refused;
  };
  const refusedAtOnce = await settle(60);
  let refused = refusedAtOnce;
  while (refused === refusedAtOnce) refused = await settle(1);
  deepEqual(await gauges(), [1, 0]);
  equal(await scene.stat('pending', 'upstream_rq_pending_active'), 7);
  const answers = await origin.releaseUntil(Promise.all(asked));
  equal(answers.filter(isOverflow).length, refused);
  equal(answers.filter(({ status }) => status === 200).length, answers.length - refused);
  await eventually(async () => (await gauges())[1] === 7);
  equal((await gauges())[0], 0);
}

async function limitsRetries(scene: BreakerScene, priority: Priority): Promise<void> {
  const origin = scene.origin('retries');
  const gauges = () => scene.gauges('retries', priority, 'rq_retry_open', 'retries');
  const before = await scene.stat('retries', 'upstream_rq_retry_overflow');
  const asked = Promise.all(Array.from({ length: 40 }, () => scene.ask('retries/again', priority)));
  const refused = async () => (await scene.stat('retries', 'upstream_rq_retry_overflow')) - before;
  await eventually(async () => origin.holds + (await refused()) === 40);
  deepEqual([origin.holds, ...(await gauges())], [3, 1, 0]);
  const statuses = (await origin.releaseUntil(asked)).map(({ status }) => status);
  equal(statuses.filter((status) => status === 200).length, 3);
  equal(statuses.filter((status) => status === 503).length, 37);
  await eventually(async () => (await gauges())[1] === 3);
  equal((await gauges())[0], 0);
}

/** A quarter of what is active, in whichever worker; the request that would be tried again is active itself. */
async function budgetsRetries(scene: BreakerScene, priority: Priority): Promise<void> {
  const origin = scene.origin('budget');
  const before = await scene.stat('budget', 'upstream_rq_retry_overflow');
  const asked = Array.from({ length: 12 }, () => scene.ask('budget/hold', priority));
  await eventually(() => origin.holds === 12);
  let retries = 0;
  for (let hasRoom = true; hasRoom; ) {
    asked.push(scene.ask('budget/again', priority));
    await eventually(async () => {
      hasRoom = (await scene.stat('budget', 'upstream_rq_retry_overflow')) === before;
      return !hasRoom || origin.holds === asked.length;
    });
    if (hasRoom) retries++;
  }
  equal(retries, 4);
  deepEqual(await scene.gauges('budget', priority, 'rq_retry_open', 'retries'), [0, 0]);
  const answers = await origin.releaseUntil(Promise.all(asked));
  deepEqual(
    answers.map(({ status }) => status),
    [...new Array<number>(16).fill(200), 503],
  );
}

async function limitsPools(scene: BreakerScene, priority: Priority): Promise<void> {
  const gauges = () => scene.gauges('pools', priority, 'cx_pool_open', 'cx_pools');
  const answers = await askEach(scene, 'pools/soon', priority);
  equal(answers.filter(({ status }) => status === 200).length, 3);
  equal(answers.filter(({ body }) => body === 'no healthy upstream').length, 1);
  deepEqual(await gauges(), [1, 0]);
  await eventually(async () => {
    scene.origin('pools').closeIdle();
    return (await gauges())[1] === 3;
  });
}

/** How much is left of each limit of the cluster whose users die. */
async function remainders(scene: BreakerScene, priority: Priority): Promise<readonly number[]> {
  const stats = await scene.stats('shares');
  const root = `circuit_breakers.${priority}.remaining_`;
  return ['rq', 'retries', 'cx_pools', 'pending', 'cx'].map((name) => stats.get(root + name) ?? -1);
}

/** One request on each worker, tried again and kept there on its only connection, and some that wait for that. */
async function occupy(scene: BreakerScene, priority: Priority): Promise<Promise<Answer | null>[]> {
  const origin = scene.origin('shares');
  const [held, waiting] = [origin.holds, await scene.stat('shares', 'upstream_rq_pending_active')];
  const asked: Promise<Answer | null>[] = [];
  while (origin.holds < held + breakerWorkers) {
    asked.push(scene.ask('shares/again', priority).catch(() => null));
    await eventually(async () => {
      const pending = (await scene.stat('shares', 'upstream_rq_pending_active')) - waiting;
      return origin.holds - held + pending === asked.length;
    });
  }
  return asked;
}

async function survivesDeath(scene: BreakerScene): Promise<void> {
  const origin = scene.origin('shares');
  const asked = [...(await occupy(scene, 'default')), ...(await occupy(scene, 'high'))];
  for (const priority of priorities) {
    deepEqual((await remainders(scene, priority)).slice(0, 3), [9 - 4, 5 - 4, 9 - 4]);
  }
  equal(await scene.crash(), true);
  await eventually(() => origin.holds === 2 * (breakerWorkers - 1));
  for (const priority of priorities) {
    await eventually(async () => (await remainders(scene, priority))[0] === 9 - 3);
    deepEqual((await remainders(scene, priority)).slice(0, 3), [9 - 3, 5 - 3, 9 - 3]);
  }
  const answers = await origin.releaseUntil(Promise.all(asked));
  ok(answers.filter((answer) => answer === null).length >= 2);
  for (const priority of priorities) {
    await eventually(async () => {
      origin.closeIdle();
      return (await remainders(scene, priority)).join() === [9, 5, 9, 20, 1].join();
    });
  }
}

test('circuit breakers hold for all workers together', { timeout: 120_000 }, async (t) => {
  const scene = await BreakerScene.start(t);
  for (const priority of priorities) {
    const of = `at priority ${priority}`;
    await t.test(`requests ${of}`, () => limitsRequests(scene, priority));
    await t.test(`connections ${of}`, () => limitsConnections(scene, priority));
    await t.test(`waiting requests ${of}`, () => limitsPending(scene, priority));
    await t.test(`retries ${of}`, () => limitsRetries(scene, priority));
    await t.test(`a budget of retries ${of}`, () => budgetsRetries(scene, priority));
    await t.test(`pools ${of}`, () => limitsPools(scene, priority));
  }
  await t.test('a worker that dies gives its share back', () => survivesDeath(scene));
});
