import { ResponseFlag } from '../api/response-flags.js';
import type { RouteActionView } from '../api/route.js';
import type { RequestHeaders } from '../base/header-map.js';
import { Timer, TimerEntry } from '../base/timer-wheel.js';
import { takeGrpcTimeout } from './grpc-timeout.js';
import type { Manager } from './manager.js';
import { H } from './manager-stats.js';

/** A stream as its clocks see it. */
export interface TimedStream {
  readonly manager: Manager;
  readonly connection: { guard(body: () => void): void };
  readonly isResponseStarted: boolean;
  /** A wait ran out. */
  onTimeout(details: string, body: string, flags: number): void;
  logAs(type: string): void;
}

/**
 * The clocks of one stream: idle, whole request, request headers, maximum duration. Idle time is kept lazily: events
 * only note when they happened, and the timer looks at the note when it fires.
 */
export class StreamTimers extends TimerEntry {
  private readonly stream: TimedStream;
  private idleMs: number;
  private touchedMs: number;
  private request: Timer | null;
  private head: Timer | null;
  private duration: Timer | null;
  /** Writes the access logs again and again while the stream goes on. */
  private log: Timer | null;

  constructor(stream: TimedStream, now: number) {
    const { config } = stream.manager;
    const wheel = stream.manager.scope.timers;
    super();
    this.stream = stream;
    this.idleMs = config.streamIdleTimeoutMs;
    this.touchedMs = now;
    this.request = null;
    this.head = null;
    this.duration = null;
    this.log = null;
    if (config.logging.flushIntervalMs > 0) {
      this.log = new Timer(() => this.onLogInterval());
      wheel.scheduleAt(this.log, now + config.logging.flushIntervalMs);
    }
    if (this.idleMs > 0) stream.manager.streamIdleWait.arm(this, now, this.idleMs);
    if (config.requestTimeoutMs > 0) {
      this.request = new Timer(() => this.onRequestTimeout());
      wheel.scheduleAt(this.request, now + config.requestTimeoutMs);
    }
    if (config.requestHeadersTimeoutMs > 0) {
      this.head = new Timer(() => this.onHeadersTimeout());
      wheel.scheduleAt(this.head, now + config.requestHeadersTimeoutMs);
    }
  }

  /** Something moved in either direction. */
  touch(): void {
    this.touchedMs = this.stream.manager.scope.clock.now();
  }

  onHeaders(): void {
    const { manager } = this.stream;
    const wheel = manager.scope.timers;
    this.touch();
    if (this.head !== null) wheel.cancel(this.head);
    if (manager.config.maxStreamDurationMs > 0) this.armDuration(manager.config.maxStreamDurationMs);
  }

  /** The route may replace the connection manager's idle timeout and maximum duration; `grpc-timeout` may as well. */
  onRoute(action: RouteActionView, headers: RequestHeaders): void {
    const { manager } = this.stream;
    const wheel = manager.scope.timers;
    if (action.idleTimeoutMs !== undefined) {
      this.idleMs = action.idleTimeoutMs;
      wheel.cancel(this);
      if (this.idleMs > 0) manager.streamIdleWait.arm(this, manager.scope.clock.now(), this.idleMs);
    }
    const grpcMs = action.grpcTimeout === null ? undefined : takeGrpcTimeout(headers, action.grpcTimeout);
    const limitMs = grpcMs ?? action.maxStreamDurationMs;
    if (limitMs === undefined) return;
    if (this.duration !== null) wheel.cancel(this.duration);
    if (limitMs > 0 || grpcMs !== undefined) this.armDuration(Math.max(0, limitMs));
  }

  onRequestComplete(): void {
    if (this.request !== null) this.stream.manager.scope.timers.cancel(this.request);
  }

  /** A tunnel lives until somebody closes it; only idle time counts. */
  onUpgraded(): void {
    this.onRequestComplete();
    this.touch();
  }

  cancel(): void {
    const wheel = this.stream.manager.scope.timers;
    wheel.cancel(this);
    if (this.request !== null) wheel.cancel(this.request);
    if (this.head !== null) wheel.cancel(this.head);
    if (this.duration !== null) wheel.cancel(this.duration);
    if (this.log !== null) wheel.cancel(this.log);
  }

  private onLogInterval(): void {
    const { stream } = this;
    const { scope, config } = stream.manager;
    if (this.log !== null) scope.timers.schedule(this.log, config.logging.flushIntervalMs);
    stream.connection.guard(() => stream.logAs('DownstreamPeriodic'));
  }

  private armDuration(ms: number): void {
    this.duration ??= new Timer(() => this.onMaxDuration());
    this.stream.manager.scope.timers.schedule(this.duration, ms);
  }

  /** The stream has been idle, or may have been. */
  fire(): void {
    const { stream } = this;
    if (stream.manager.streamIdleWait.schedule(this, this.touchedMs, this.idleMs)) return;
    stream.connection.guard(() => {
      stream.manager.stats.inc(H.downstream_rq_idle_timeout);
      stream.onTimeout('stream_idle_timeout', 'stream timeout', ResponseFlag.streamIdleTimeout);
    });
  }

  private onRequestTimeout(): void {
    const { stream } = this;
    if (stream.isResponseStarted) return;
    stream.connection.guard(() => {
      stream.manager.stats.inc(H.downstream_rq_timeout);
      stream.onTimeout('request_overall_timeout', 'request timeout', 0);
    });
  }

  private onHeadersTimeout(): void {
    const { stream } = this;
    stream.connection.guard(() => {
      stream.manager.stats.inc(H.downstream_rq_header_timeout);
      stream.onTimeout('request_header_timeout', 'request header timeout', 0);
    });
  }

  private onMaxDuration(): void {
    const { stream } = this;
    stream.connection.guard(() => {
      stream.manager.stats.inc(H.downstream_rq_max_duration_reached);
      stream.onTimeout('max_duration_timeout', 'downstream duration timeout', 0);
    });
  }
}
