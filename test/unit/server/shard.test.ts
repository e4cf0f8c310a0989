import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ControlWord, type HandedConnection } from '../../../src/api/messages.js';
import { WorkerShard } from '../../../src/server/shard.js';

const connection = (id: number): HandedConnection => ({
  fd: 100 + id,
  listener: 'main',
  id,
  bind: 0,
  slot: 0,
});

function shardWith(handed: number, adopted: number): WorkerShard {
  const shard = new WorkerShard(0, 0, () => undefined);
  for (let id = 1; id <= handed; id++) shard.handOff(connection(id));
  Atomics.store(new Int32Array(shard.control), ControlWord.adopted, adopted);
  return shard;
}

test('what a dead worker had not taken over is answered in order, what it had taken over is not', async () => {
  const shard = shardWith(5, 2);
  shard.onTaskEnded();
  await shard.gone;
  deepEqual(
    shard.bury().map(({ id }) => id),
    [3, 4, 5],
  );
  deepEqual(shard.bury(), []);
});

test('connections are the open ones and those on their way', () => {
  const shard = shardWith(5, 2);
  Atomics.store(new Int32Array(shard.control), ControlWord.connections, 2);
  equal(shard.connections, 5);
  shard.onTaskEnded();
});

test('a worker is drained when nothing was handed to it since it said so', () => {
  const shard = shardWith(1, 1);
  equal(shard.isDrained, false);
  shard.onDrained(1);
  equal(shard.isDrained, true);
  shard.handOff(connection(2));
  equal(shard.isDrained, false);
  shard.onDrained(2);
  equal(shard.isDrained, true);
  shard.onTaskEnded();
});
