import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { BreakerWord, ClusterWords } from '../../../src/upstream/shared-words.js';

const threads = 3;
const rounds = 40_000;

test('threads that fight for a limit never have more than it, and leave nothing behind', async () => {
  const buffer = ClusterWords.allocate(threads);
  const limit = 2;
  const workers = Array.from(
    { length: threads },
    (_, thread) =>
      new Worker(new URL('./words-contender.js', import.meta.url), {
        workerData: { buffer, thread, limit, rounds },
      }),
  );
  const results = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  const words = new ClusterWords(buffer, 0);
  let sum = 0;
  for (const { taken, most } of results as { readonly taken: number; readonly most: number }[]) {
    ok(most <= limit, `${most} at once`);
    sum += taken;
  }
  ok(sum > 0);
  equal(words.used(1, BreakerWord.retries), 0);
});

test('what a dead thread held is given back, and nothing else', () => {
  const buffer = ClusterWords.allocate(threads);
  const [main, first, second] = [0, 1, 2].map((thread) => new ClusterWords(buffer, thread)) as [
    ClusterWords,
    ClusterWords,
    ClusterWords,
  ];
  for (const words of [first, second]) {
    words.take(0, BreakerWord.requests, 9);
    words.take(1, BreakerWord.pools, 9);
    words.take(1, BreakerWord.pools, 9);
    words.give(1, BreakerWord.pools);
  }
  const used = (): number[] => [main.used(0, BreakerWord.requests), main.used(1, BreakerWord.pools)];
  deepEqual(used(), [2, 2]);
  main.reclaim(1);
  deepEqual(used(), [1, 1]);
  main.reclaim(1);
  deepEqual(used(), [1, 1]);
});

test('a limit is touched for every thread, alone', () => {
  const buffer = ClusterWords.allocate(threads);
  new ClusterWords(buffer, 1).touch(1, BreakerWord.retries);
  const words = new ClusterWords(buffer, 0);
  deepEqual(
    ([0, 1] as const).map((priority) =>
      Object.values(BreakerWord).filter((word) => words.isTouched(priority, word)),
    ),
    [[], [BreakerWord.retries]],
  );
});
