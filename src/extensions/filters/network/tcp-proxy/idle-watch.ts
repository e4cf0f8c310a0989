import { Timer, type TimerWheel } from '../../../../base/timer-wheel.js';

/** What is asked of a slow peer when nothing has passed for a while. */
export interface WriteProgress {
  /** Bytes that wait for the kernel. */
  readonly bufferedBytes: number;
  /** Bytes that it has taken so far. */
  readonly flushedBytes: number;
}

/**
 * Fires when nothing has moved for a while. A byte that passes costs a clock reading, not a timer: when the timer is
 * due it looks back, and a peer that is still taking what was written to it before counts as moving.
 */
export class IdleWatch {
  private readonly timers: TimerWheel;
  private readonly idleMs: number;
  private readonly timer: Timer;
  private lastMs: number;
  private lastFlushed: number;
  private hadBuffered: boolean;

  constructor(timers: TimerWheel, idleMs: number, progress: WriteProgress, onIdle: () => void) {
    this.timers = timers;
    this.idleMs = idleMs;
    this.lastMs = timers.now();
    this.lastFlushed = progress.flushedBytes;
    this.hadBuffered = false;
    this.timer = new Timer(() => {
      if (this.isStillFlushing(progress)) this.lastMs = this.timers.now();
      const leftMs = this.lastMs + this.idleMs - this.timers.now();
      if (leftMs > 0) this.timers.schedule(this.timer, leftMs);
      else onIdle();
    });
    timers.schedule(this.timer, idleMs);
  }

  onActivity(): void {
    this.lastMs = this.timers.now();
  }

  cancel(): void {
    this.timers.cancel(this.timer);
  }

  private isStillFlushing(progress: WriteProgress): boolean {
    const { bufferedBytes, flushedBytes } = progress;
    const isMoving = (bufferedBytes > 0 || this.hadBuffered) && flushedBytes !== this.lastFlushed;
    this.hadBuffered = bufferedBytes > 0;
    this.lastFlushed = flushedBytes;
    return isMoving;
  }
}
