import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { HandshakeQueue } from '../../../../../src/extensions/transport-sockets/tls/handshake-queue.js';

test('four handshakes begin in one turn of the loop, the others in the turns behind it, in order', async () => {
  const queue = new HandshakeQueue();
  const begun: number[] = [];
  for (let i = 0; i < 10; i++) queue.add(() => begun.push(i) > 0);
  const seen = [begun.length];
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(begun.length);
  }
  deepEqual(seen, [4, 8, 10, 10]);
  deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("clients that have left take nobody's turn", async () => {
  const queue = new HandshakeQueue();
  const begun: number[] = [];
  for (let i = 0; i < 100; i++) queue.add(() => i % 20 === 19 && begun.push(i) > 0);
  deepEqual(begun, [19, 39, 59, 79]);
  await new Promise((resolve) => setImmediate(resolve));
  deepEqual(begun, [19, 39, 59, 79, 99]);
});
