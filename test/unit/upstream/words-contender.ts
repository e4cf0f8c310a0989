import { parentPort, workerData } from 'node:worker_threads';
import { BreakerWord, ClusterWords } from '../../../src/upstream/shared-words.js';

/** One thread of those that fight for a limit: takes, looks how many are taken, gives. */
const { buffer, thread, limit, rounds } = workerData as {
  readonly buffer: SharedArrayBuffer;
  readonly thread: number;
  readonly limit: number;
  readonly rounds: number;
};
const words = new ClusterWords(buffer, thread);
let taken = 0;
let most = 0;
for (let round = 0; round < rounds; round++) {
  most = Math.max(most, words.used(1, BreakerWord.retries));
  if (!words.take(1, BreakerWord.retries, limit)) continue;
  taken++;
  most = Math.max(most, words.used(1, BreakerWord.retries));
  words.give(1, BreakerWord.retries);
}
parentPort?.postMessage({ taken, most });
