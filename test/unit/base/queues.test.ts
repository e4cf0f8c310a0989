import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BufferPool } from '../../../src/base/buffer-pool.js';
import { ChunkQueue } from '../../../src/base/chunk-queue.js';
import { RingQueue } from '../../../src/base/ring-queue.js';

describe('a ring queue', () => {
  test('behaves as an array does', () => {
    const steps = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant('shift'), fc.constant('remove')),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const ring = new RingQueue<number>();
        const model: number[] = [];
        for (const step of all) {
          if (typeof step === 'number') {
            ring.push(step);
            model.push(step);
          } else if (step === 'shift') {
            equal(ring.shift(), model.shift());
          } else {
            const at = model.indexOf(3);
            equal(ring.remove(3), at >= 0);
            if (at >= 0) model.splice(at, 1);
          }
          equal(ring.size, model.length);
          equal(ring.peek(), model[0]);
        }
      }),
    );
  });
});

describe('a chunk queue', () => {
  test('gives back the bytes that were put in, in order, and its buffers to the pool', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 12 }), (pieces) => {
        const pool = new BufferPool();
        const queue = new ChunkQueue(pool);
        for (const piece of pieces) queue.push(piece, 0, piece.length);
        const whole = Buffer.concat(pieces);
        equal(queue.byteLength, whole.length);
        deepEqual(queue.concat(), whole);
        const seen: Buffer[] = [];
        queue.visit((buffer, start, end) => seen.push(Buffer.from(buffer.subarray(start, end))));
        deepEqual(Buffer.concat(seen), whole);
        const drained: Buffer[] = [];
        queue.drain((buffer, start, end) => drained.push(Buffer.from(buffer.subarray(start, end))));
        deepEqual(Buffer.concat(drained), whole);
        equal(queue.byteLength, 0);
        equal(pool.lentBytes, 0);
      }),
    );
  });
});

describe('a buffer pool', () => {
  test('lends what was given back', () => {
    const pool = new BufferPool();
    const first = pool.borrow(5000);
    pool.giveBack(first);
    equal(pool.borrow(9000), first);
  });

  test('keeps no more than its limit', () => {
    const pool = new BufferPool(20_000);
    const buffers = Array.from({ length: 10 }, () => pool.borrow(4096));
    for (const buffer of buffers) pool.giveBack(buffer);
    equal(pool.keptBytes, 4 * 4096);
    equal(pool.lentBytes, 0);
  });

  test('gives the system back what nobody needed between two trims', () => {
    const pool = new BufferPool();
    const buffers = Array.from({ length: 4 }, () => pool.borrow(4096));
    for (const buffer of buffers) pool.giveBack(buffer);
    pool.trim();
    pool.giveBack(pool.borrow(4096));
    pool.trim();
    equal(pool.keptBytes, 4096);
    pool.trim();
    equal(pool.keptBytes, 0);
    notEqual(pool.borrow(4096), buffers[3]);
  });
});
