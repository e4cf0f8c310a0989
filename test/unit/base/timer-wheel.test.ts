import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../../../src/base/clock.js';
import { type Alarm, Timer, TimerWheel } from '../../../src/base/timer-wheel.js';

const tickMs = 4;

/** A clock that only `advanceTo` moves, waking the wheel where it asked to be woken. */
class HandTime implements Clock, Alarm {
  readonly originMs = 0;
  private nowMs = 0.5;
  private dueMs = Number.POSITIVE_INFINITY;
  private wake: () => void = () => undefined;
  wakes = 0;

  now(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return this.nowMs;
  }

  set(delayMs: number, wake: () => void): void {
    this.dueMs = this.nowMs + delayMs;
    this.wake = wake;
  }

  clear(): void {
    this.dueMs = Number.POSITIVE_INFINITY;
  }

  advanceTo(timeMs: number): void {
    while (this.dueMs <= timeMs) {
      this.nowMs = this.dueMs;
      this.dueMs = Number.POSITIVE_INFINITY;
      this.wakes++;
      this.wake();
    }
    this.nowMs = timeMs;
  }
}

describe('a timer wheel', () => {
  test('fires each timer once, never early and at most two ticks late', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(delays, (all) => {
        const time = new HandTime();
        const wheel = new TimerWheel(time, time);
        const fired: number[] = [];
        for (const [i, delay] of all.entries()) {
          const timer = new Timer(() => {
            fired.push(i);
            ok(time.now() >= timer.deadlineMs, `early by ${timer.deadlineMs - time.now()} ms`);
            ok(time.now() <= timer.deadlineMs + 2 * tickMs, `late by ${time.now() - timer.deadlineMs} ms`);
          });
          wheel.schedule(timer, delay);
        }
        time.advanceTo(5_000_100);
        deepEqual(
          fired.toSorted((a, b) => a - b),
          all.map((_, i) => i),
        );
        equal(wheel.size, 0);
      }),
      { numRuns: 60 },
    );
  });

  test('does not fire what was cancelled, and fires what was armed again at its new time', () => {
    const time = new HandTime();
    const wheel = new TimerWheel(time, time);
    let cancelled = 0;
    const gone = new Timer(() => cancelled++);
    const times: number[] = [];
    const moved = new Timer(() => times.push(time.now()));
    wheel.schedule(gone, 100);
    wheel.schedule(moved, 100);
    wheel.cancel(gone);
    wheel.schedule(moved, 3000);
    time.advanceTo(10_000);
    equal(cancelled, 0);
    equal(times.length, 1);
    ok((times[0] as number) >= 3000);
  });

  test('lets a timer arm itself and others while it fires', () => {
    const time = new HandTime();
    const wheel = new TimerWheel(time, time);
    let rounds = 0;
    const timer = new Timer(() => {
      if (++rounds < 5) wheel.schedule(timer, 10);
    });
    wheel.schedule(timer, 10);
    time.advanceTo(1000);
    equal(rounds, 5);
  });

  test('sleeps when it is empty', () => {
    const time = new HandTime();
    const wheel = new TimerWheel(time, time);
    wheel.schedule(new Timer(() => undefined), 20);
    time.advanceTo(100);
    const before = time.wakes;
    time.advanceTo(1_000_000);
    equal(time.wakes, before);
  });

  test('wakes about once a second for waits that are long', () => {
    const time = new HandTime();
    const wheel = new TimerWheel(time, time);
    wheel.schedule(new Timer(() => undefined), 60_000);
    time.advanceTo(59_000);
    ok(time.wakes <= 60, `${time.wakes} wakes`);
  });
});
