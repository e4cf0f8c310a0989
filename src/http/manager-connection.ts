import type { Chunk } from '../api/codec.js';
import {
  type CloseMode,
  type ConnectionCloseKind,
  type ConnectionControl,
  type NetworkFilter,
  NetworkStatus,
} from '../api/network-filter.js';
import { Overload, type OverloadView } from '../api/overload.js';
import { Timer } from '../base/timer-wheel.js';
import { clientPreface } from '../codec/http2/frame/frame-codes.js';
import { Http1Session } from './http1-session.js';
import { Http2Session } from './http2-session.js';
import type { Manager } from './manager.js';
import { H } from './manager-stats.js';
import type { ServerSession, SessionOwner } from './server-session.js';

/** How long a draining connection must have been quiet before it is closed without a response to say so. */
const drainQuietMs = 500;

/**
 * A connection as its connection manager sees it: the last network filter. The first bytes choose the protocol's
 * session, which owns codec and streams; this decides when the connection ends, keeps its idle and duration clocks,
 * and counts.
 */
export class ManagerConnection implements NetworkFilter, SessionOwner {
  readonly manager: Manager;
  readonly control: ConnectionControl;
  private readonly startedMs: number;
  private readonly idle: Timer | null;
  private readonly duration: Timer | null;
  private readonly durationMs: number;
  private session: ServerSession | null;
  requests: number;
  private receivedCounted: number;
  private sentCounted: number;
  isClosed: boolean;
  isClosing: boolean;
  isDraining: boolean;
  private closedHere: boolean;
  private idleSinceMs: number;
  /** Runs while a client that was told to leave has time to do so. */
  private drainTimer: Timer | null;

  constructor(manager: Manager, control: ConnectionControl) {
    const { config, stats, scope } = manager;
    this.manager = manager;
    this.control = control;
    this.startedMs = scope.clock.now();
    this.idle = config.idleTimeoutMs > 0 ? new Timer(() => this.onIdle()) : null;
    this.duration = config.maxConnectionDurationMs > 0 ? new Timer(() => this.onMaxDuration()) : null;
    this.session = null;
    this.requests = 0;
    this.receivedCounted = 0;
    this.sentCounted = 0;
    this.isClosed = false;
    this.isClosing = false;
    this.isDraining = false;
    this.closedHere = false;
    this.idleSinceMs = this.startedMs;
    this.drainTimer = null;
    stats.inc(H.downstream_cx_total);
    stats.add(H.downstream_cx_active, 1);
    if (control.info.isTls) {
      stats.inc(H.downstream_cx_ssl_total);
      stats.add(H.downstream_cx_ssl_active, 1);
    }
    control.setHalfClose(true);
    control.setDelayedCloseTimeout(config.delayedCloseTimeoutMs, () =>
      stats.inc(H.downstream_cx_delayed_close_timeout),
    );
    this.durationMs = this.duration === null ? 0 : manager.connectionDurationMs();
    if (this.idle !== null) manager.idleWait.arm(this.idle, this.startedMs, config.idleTimeoutMs);
    if (this.duration !== null) manager.durationWait.arm(this.duration, this.startedMs, this.durationMs);
  }

  close(mode: CloseMode, reason: string): void {
    this.isClosing = true;
    this.closedHere = true;
    this.session?.flush();
    this.control.close(mode, reason);
  }

  isWornOut(): boolean {
    const { config, stats } = this.manager;
    if (config.maxRequestsPerConnection === 0 || this.requests < config.maxRequestsPerConnection)
      return false;
    stats.inc(H.downstream_cx_max_requests_reached);
    return true;
  }

  isToDrain(): boolean {
    const { listenerName, overload, scope, stats } = this.manager;
    if (overload !== null && this.isPressedOut(overload)) return false;
    if (!scope.drain.shouldClose(listenerName)) return false;
    stats.inc(H.downstream_cx_drain_close);
    return true;
  }

  /** Clients are told to leave when too much is used up, and have the drain timeout to do so. */
  private isPressedOut(overload: OverloadView): boolean {
    if (this.isDraining || !overload.applies(Overload.disableKeepalive)) return false;
    const { stats } = this.manager;
    stats.inc(H.downstream_cx_overload_disable_keepalive);
    stats.inc(H.downstream_cx_drain_close);
    this.drain(false, 'overload');
    return true;
  }

  onIdleAt(nowMs: number): void {
    this.idleSinceMs = nowMs;
    this.countBytes();
  }

  // NetworkFilter

  onData(chunk: Chunk, endStream: boolean): NetworkStatus {
    if (!this.isClosing && chunk.end > chunk.start) {
      this.session ??= this.begin(chunk);
      this.session.dispatch(chunk.buffer, chunk.start, chunk.end);
    }
    if (endStream) this.onEnd();
    return NetworkStatus.Stop;
  }

  /** The protocol that TLS agreed on, or the one whose first bytes these are. */
  private begin({ buffer, start, end }: Chunk): ServerSession {
    const { codecType } = this.manager.config;
    const alpn = this.control.info.tls?.alpn ?? '';
    const isHttp2 =
      codecType === 'HTTP2' ||
      (codecType === 'AUTO' && (alpn === '' ? isPreface(buffer, start, end) : alpn === 'h2'));
    return isHttp2 ? new Http2Session(this) : new Http1Session(this);
  }

  /** The client's end ends requests in progress, and a tunnel too: it has no half-open state, as in Envoy. */
  private onEnd(): void {
    this.isClosing = true;
    this.control.close(this.hasStreams ? 'no-flush' : 'flush', 'remote_close');
  }

  /** Idle for a moment and draining: a request may be on its way, so one that is not idle long waits. */
  onDrain(): void {
    if (this.hasStreams || this.isClosed || this.isClosing) return;
    if (this.manager.scope.clock.now() - this.idleSinceMs < drainQuietMs) return;
    this.session?.farewell();
    this.close('flush-and-delay', 'drain');
  }

  onAboveWatermark(): void {
    this.session?.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.session?.onBelowWatermark();
  }

  onClose(kind: ConnectionCloseKind): void {
    this.isClosed = true;
    const { stats, scope } = this.manager;
    if (this.idle !== null) scope.timers.cancel(this.idle);
    if (this.duration !== null) scope.timers.cancel(this.duration);
    if (this.drainTimer !== null) scope.timers.cancel(this.drainTimer);
    const isLocal = this.closedHere || kind === 'local';
    this.countBytes();
    stats.inc(H.downstream_cx_destroy);
    stats.inc(isLocal ? H.downstream_cx_destroy_local : H.downstream_cx_destroy_remote);
    if (this.hasStreams) {
      stats.inc(H.downstream_cx_destroy_active_rq);
      stats.inc(isLocal ? H.downstream_cx_destroy_local_active_rq : H.downstream_cx_destroy_remote_active_rq);
    }
    this.session?.onConnectionClosed();
    stats.add(H.downstream_cx_active, -1);
    if (this.control.info.isTls) stats.add(H.downstream_cx_ssl_active, -1);
    stats.record(H.downstream_cx_length_ms, scope.clock.now() - this.startedMs);
  }

  private get hasStreams(): boolean {
    return this.session?.hasStreams === true;
  }

  /** Requests do not touch the timer: it looks at when the last one ended, and goes on waiting for what is left. */
  private onIdle(): void {
    if (this.isClosed || this.idle === null) return;
    const { config, idleWait, scope } = this.manager;
    const since = this.hasStreams ? scope.clock.now() : this.idleSinceMs;
    if (idleWait.schedule(this.idle, since, config.idleTimeoutMs)) return;
    this.manager.stats.inc(H.downstream_cx_idle_timeout);
    this.drain(false, 'idle_timeout');
  }

  private onMaxDuration(): void {
    if (this.duration === null || this.isClosed) return;
    if (this.manager.durationWait.schedule(this.duration, this.startedMs, this.durationMs)) return;
    this.manager.stats.inc(H.downstream_cx_max_duration_reached);
    this.drain(true, 'max_connection_duration');
  }

  /** The client is told to leave, and an idle connection closes when the drain timeout is over. */
  private drain(isOld: boolean, reason: string): void {
    if (this.session === null) {
      this.isDraining = true;
      this.close('flush', reason);
      return;
    }
    if (this.isDraining) return;
    this.isDraining = true;
    if (!this.session.drain(isOld)) return;
    const { scope, config } = this.manager;
    this.drainTimer = new Timer(() => this.onDrainOver(reason));
    if (config.drainTimeoutMs === 0) this.onDrainOver(reason);
    else scope.timers.schedule(this.drainTimer, this.manager.drainTimeoutMs());
  }

  /** The client had its time to be told to leave. */
  private onDrainOver(reason: string): void {
    if (this.isClosing || this.isClosed) return;
    if (this.hasStreams) this.session?.closeWhenIdle();
    else this.close('flush-and-delay', reason);
  }

  private countBytes(): void {
    const { stats } = this.manager;
    const { bytesReceived, bytesSent } = this.control;
    if (bytesReceived !== this.receivedCounted) {
      stats.add(H.downstream_cx_rx_bytes_total, bytesReceived - this.receivedCounted);
      this.receivedCounted = bytesReceived;
    }
    if (bytesSent !== this.sentCounted) {
      stats.add(H.downstream_cx_tx_bytes_total, bytesSent - this.sentCounted);
      this.sentCounted = bytesSent;
    }
  }
}

/** What Envoy looks for, in the first bytes alone: `PRI * HTTP/2`. */
const prefaceStart = clientPreface.slice(0, 12);

function isPreface(buffer: Buffer, start: number, end: number): boolean {
  return (
    end - start >= prefaceStart.length &&
    buffer.latin1Slice(start, start + prefaceStart.length) === prefaceStart
  );
}
