import type { Random } from '../base/random.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';

/** A connection that can be asked whether it lives. */
export interface PingingConnection {
  /** Runs `body` as a turn of the connection. */
  guard(body: () => void): void;
  sendPing(payload: Buffer): void;
  /** No answer came: the connection is to be closed. */
  onKeepaliveTimeout(): void;
}

/** Milliseconds; 0 = off. */
export interface PingTimes {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly jitterPercent: number;
  readonly idleIntervalMs: number;
}

const payload = Buffer.alloc(8);

/**
 * PINGs at an interval, and before a stream on a connection that was quiet for long. Any byte of the peer extends the
 * wait for an answer: what counts is that it lives.
 */
export class PingKeepalive {
  private readonly times: PingTimes;
  private readonly connection: PingingConnection;
  private readonly wheel: TimerWheel;
  private readonly random: Random;
  private readonly clock: { now(): number };
  private readonly interval: Timer;
  private readonly timeout: Timer;
  private heardMs: number;

  constructor(
    times: PingTimes,
    connection: PingingConnection,
    scope: { readonly timers: TimerWheel; readonly random: Random; readonly clock: { now(): number } },
  ) {
    this.times = times;
    this.connection = connection;
    this.wheel = scope.timers;
    this.random = scope.random;
    this.clock = scope.clock;
    this.interval = new Timer(() => connection.guard(() => this.ping()));
    this.timeout = new Timer(() => this.onTimeout());
    this.heardMs = this.clock.now();
    this.scheduleNext();
  }

  onBytes(): void {
    this.heardMs = this.clock.now();
  }

  /** A stream is about to begin. */
  beforeStream(): void {
    const { idleIntervalMs } = this.times;
    if (idleIntervalMs > 0 && this.clock.now() - this.heardMs >= idleIntervalMs) this.ping();
  }

  onAck(): void {
    this.wheel.cancel(this.timeout);
    this.scheduleNext();
  }

  cancel(): void {
    this.wheel.cancel(this.interval);
    this.wheel.cancel(this.timeout);
  }

  private ping(): void {
    if (this.timeout.isArmed) return;
    this.wheel.cancel(this.interval);
    this.connection.sendPing(payload);
    this.wheel.schedule(this.timeout, this.times.timeoutMs);
  }

  private scheduleNext(): void {
    const { intervalMs, jitterPercent } = this.times;
    if (intervalMs === 0 || this.interval.isArmed) return;
    const jitterMs = Math.trunc((intervalMs * jitterPercent) / 100);
    this.wheel.schedule(this.interval, intervalMs + (jitterMs > 0 ? this.random.below(jitterMs) : 0));
  }

  private onTimeout(): void {
    const due = this.heardMs + this.times.timeoutMs;
    const now = this.clock.now();
    if (due > now) this.wheel.schedule(this.timeout, due - now);
    else this.connection.guard(() => this.connection.onKeepaliveTimeout());
  }
}
