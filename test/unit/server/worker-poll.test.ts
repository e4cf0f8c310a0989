import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { ToWorker } from '../../../src/api/messages.js';
import { WorkerPoll } from '../../../src/server/worker-poll.js';

const usage = { heapUsed: 1, heapTotal: 2, external: 3, arrayBuffers: 4 };

const memory = (id: number): ToWorker => ({ kind: 'memory', id });

function workers(count: number, asked: ToWorker[]): { index: number; send(message: ToWorker): void }[] {
  return Array.from({ length: count }, (_, index) => ({ index, send: (message) => asked.push(message) }));
}

test('every worker is asked, and the answers come in the order of the workers', async () => {
  const asked: ToWorker[] = [];
  const poll = new WorkerPoll<typeof usage>();
  const answer = poll.ask(workers(2, asked), memory);
  deepEqual(asked, [
    { kind: 'memory', id: 1 },
    { kind: 'memory', id: 1 },
  ]);
  poll.onAnswer(1, 1, usage);
  poll.onAnswer(0, 1, usage);
  deepEqual(await answer, [
    { worker: 0, answer: usage },
    { worker: 1, answer: usage },
  ]);
});

test('a worker that does not answer in time is left out', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const poll = new WorkerPoll<typeof usage>();
  const answer = poll.ask(workers(2, []), memory);
  poll.onAnswer(1, 1, usage);
  t.mock.timers.tick(500);
  deepEqual(await answer, [{ worker: 1, answer: usage }]);
});

test('answers to another question, or given twice, count for nothing', async () => {
  const poll = new WorkerPoll<typeof usage>();
  const answer = poll.ask(workers(2, []), memory);
  poll.onAnswer(0, 7, usage);
  poll.onAnswer(0, 1, usage);
  poll.onAnswer(0, 1, usage);
  poll.onAnswer(1, 1, usage);
  deepEqual(
    (await answer).map(({ worker }) => worker),
    [0, 1],
  );
});

test('without workers there is nothing to wait for', async () => {
  deepEqual(await new WorkerPoll<typeof usage>().ask([], memory), []);
});
