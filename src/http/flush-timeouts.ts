import type { Timer, TimerWheel } from '../base/timer-wheel.js';

/** A stream whose answer is complete and waits for the client's window. */
export interface UnflushedStream {
  readonly queuedBytes: number;
  reset(reason: 'local-reset'): void;
}

/**
 * Streams that nobody owns any more but the codec, because the client gives them no window: each has the flush timeout
 * from its last progress on, then it is reset. One timer for all of a connection.
 */
export class FlushTimeouts {
  private readonly limit: { flushTimeoutMs(): number };
  private readonly makeTimer: { timer(fire: () => void): Timer };
  private readonly wheel: TimerWheel;
  private readonly onTimeout: () => void;
  private readonly waiting: Map<UnflushedStream, number>;
  private timer: Timer | null;

  constructor(
    limit: { flushTimeoutMs(): number },
    makeTimer: { timer(fire: () => void): Timer },
    wheel: TimerWheel,
    onTimeout: () => void,
  ) {
    this.limit = limit;
    this.makeTimer = makeTimer;
    this.wheel = wheel;
    this.onTimeout = onTimeout;
    this.waiting = new Map();
    this.timer = null;
  }

  watch(stream: UnflushedStream): void {
    const timeoutMs = this.limit.flushTimeoutMs();
    if (timeoutMs === 0) return;
    this.waiting.set(stream, stream.queuedBytes);
    this.timer ??= this.makeTimer.timer(() => this.look());
    if (!this.timer.isArmed) this.wheel.schedule(this.timer, timeoutMs);
  }

  cancel(): void {
    this.waiting.clear();
    if (this.timer !== null) this.wheel.cancel(this.timer);
  }

  /** Resets what has not moved since the last look. */
  private look(): void {
    for (const [stream, before] of this.waiting) {
      const left = stream.queuedBytes;
      if (left === 0) this.waiting.delete(stream);
      else if (left < before) this.waiting.set(stream, left);
      else {
        this.waiting.delete(stream);
        this.onTimeout();
        stream.reset('local-reset');
      }
    }
    if (this.waiting.size > 0 && this.timer !== null)
      this.wheel.schedule(this.timer, this.limit.flushTimeoutMs());
  }
}
