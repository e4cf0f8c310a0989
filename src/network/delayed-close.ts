import { Timer, type TimerWheel } from '../base/timer-wheel.js';

/** What is watched while a connection closes. */
export interface ClosingConnection {
  readonly flushedBytes: number;
  guard(body: () => void): void;
}

/** The wait of a closing connection: it ends `delayMs` after the peer last took a byte. */
export class DelayedClose {
  private readonly connection: ClosingConnection;
  private readonly timers: TimerWheel;
  private readonly delayMs: number;
  private readonly timer: Timer;
  private flushedBytes: number;

  constructor(connection: ClosingConnection, timers: TimerWheel, delayMs: number, onExpired: () => void) {
    this.connection = connection;
    this.timers = timers;
    this.delayMs = delayMs;
    this.timer = new Timer(() => {
      if (connection.flushedBytes > this.flushedBytes) this.rearm();
      else connection.guard(onExpired);
    });
    this.flushedBytes = 0;
    this.rearm();
  }

  rearm(): void {
    this.flushedBytes = this.connection.flushedBytes;
    this.timers.schedule(this.timer, this.delayMs);
  }

  cancel(): void {
    this.timers.cancel(this.timer);
  }
}
