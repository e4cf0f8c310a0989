import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Turn } from '../../../src/base/turn.js';

/** A clock that moves by one with every look at it. */
function countingClock() {
  let looks = 0;
  return { now: () => ++looks, wallMs: () => looks, originMs: 1000, looks: () => looks };
}

describe('a turn', () => {
  test('reads the clock once, however often it is asked', () => {
    const clock = countingClock();
    const turn = new Turn(clock);
    turn.enter();
    const first = turn.now();
    equal(turn.now(), first);
    equal(turn.wallMs(), 1000 + first);
    turn.leave();
    equal(clock.looks(), 1);
    turn.enter();
    notEqual(turn.now(), first);
    turn.leave();
  });

  test('flushes once when the loop has been round, what is added meanwhile as well', async () => {
    const turn = new Turn(countingClock());
    const order: string[] = [];
    const second = { flush: () => void order.push('second') };
    const first = {
      flush: () => {
        order.push('first');
        turn.add(second);
      },
    };
    turn.enter();
    turn.add(first);
    turn.leave();
    turn.enter();
    turn.leave();
    deepEqual(order, []);
    await new Promise((resolve) => setImmediate(resolve));
    deepEqual(order, ['first', 'second']);
  });

  test('does not let many wait for the loop', () => {
    const turn = new Turn(countingClock());
    let flushes = 0;
    const item = { flush: () => void flushes++ };
    for (let i = 0; i < 63; i++) {
      turn.enter();
      turn.add(item);
      turn.leave();
    }
    equal(flushes, 0);
    turn.enter();
    turn.enter();
    turn.add(item);
    turn.leave();
    equal(flushes, 0);
    turn.leave();
    equal(flushes, 64);
  });

  test('flushes later what is written outside of any callback', async () => {
    const turn = new Turn(countingClock());
    let flushes = 0;
    turn.add({ flush: () => void flushes++ });
    equal(flushes, 0);
    await new Promise((resolve) => setImmediate(resolve));
    equal(flushes, 1);
  });
});
