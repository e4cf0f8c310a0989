import type { OverloadView, ScaledTimer } from '../api/overload.js';
import type { Clock } from '../base/clock.js';
import type { TimerEntry, TimerWheel } from '../base/timer-wheel.js';

/** How often a wait that pressure may shorten is looked at. */
const lookMs = 100;

/** Waits of one kind in one thread: plain, or such as become shorter while much is used up. */
export class ScaledWait {
  private readonly timer: ScaledTimer;
  private readonly clock: Clock;
  private readonly timers: TimerWheel;
  /** Null where the wait is what it is. */
  private readonly overload: OverloadView | null;

  constructor(
    timer: ScaledTimer,
    scope: { readonly clock: Clock; readonly timers: TimerWheel },
    overload: OverloadView | null,
  ) {
    this.timer = timer;
    this.clock = scope.clock;
    this.timers = scope.timers;
    this.overload = overload?.isScaled(timer) === true ? overload : null;
  }

  /** As `schedule`, for a wait that begins now. */
  arm(entry: TimerEntry, nowMs: number, limitMs: number): void {
    if (this.overload === null) this.timers.scheduleAt(entry, nowMs + limitMs);
    else this.schedule(entry, nowMs, limitMs);
  }

  /** Has the entry fire when it is due, or to be asked about again before; false: it is due already. */
  schedule(entry: TimerEntry, sinceMs: number, limitMs: number): boolean {
    const now = this.clock.now();
    if (this.overload === null) {
      if (sinceMs + limitMs <= now) return false;
      this.timers.scheduleAt(entry, sinceMs + limitMs);
      return true;
    }
    const dueMs = sinceMs + this.overload.timeoutMs(this.timer, limitMs);
    if (dueMs <= now) return false;
    this.timers.scheduleAt(entry, Math.min(dueMs, now + lookMs));
    return true;
  }
}
