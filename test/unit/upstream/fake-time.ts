import type { Clock } from '../../../src/base/clock.js';
import { type Alarm, TimerWheel } from '../../../src/base/timer-wheel.js';

/** A clock that stands still until `advance`, with a wheel on it. */
export class FakeTime implements Clock, Alarm {
  readonly timers: TimerWheel;
  readonly originMs = 1_700_000_000_000;
  private nowMs = 1000;
  private dueMs = Number.POSITIVE_INFINITY;
  private wake: () => void = () => undefined;

  constructor() {
    this.timers = new TimerWheel(this, this);
  }

  now(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return this.originMs + this.nowMs;
  }

  set(delayMs: number, wake: () => void): void {
    this.dueMs = this.nowMs + delayMs;
    this.wake = wake;
  }

  clear(): void {
    this.dueMs = Number.POSITIVE_INFINITY;
  }

  /** Lets time pass; whatever falls due runs at its time. The wheel's tick makes timers up to 4 ms late. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.dueMs <= untilMs) {
      this.nowMs = this.dueMs;
      this.dueMs = Number.POSITIVE_INFINITY;
      this.wake();
    }
    this.nowMs = untilMs;
  }
}
