import type { CodecError, RequestEncoder, ResponseDecoder } from '../../api/codec.js';
import type { Address, UpstreamConnectionTimes } from '../../api/stream-info.js';
import type { TlsInfo } from '../../api/tls-info.js';
import type { Host, PoolFailure, UpstreamConnectionInfo } from '../../api/upstream.js';
import { Timer } from '../../base/timer-wheel.js';
import type { WireMeter } from '../../base/wire-meter.js';
import { type Http1ClientCallbacks, Http1ClientCodec } from '../../codec/http1/client.js';
import { unknownAddress } from '../../network/address.js';
import type { Connection, ConnectionEvents } from '../../network/connection.js';
import { C } from '../cluster-stats.js';
import { upstreamParserOptions } from '../http1-options.js';
import { ConnectionTally } from './connection-tally.js';
import { dial, localAddressOf } from './dial.js';
import type { PooledHost } from './pooled-host.js';

/** The pool as its connections see it. */
export interface Http1ConnectionOwner extends PooledHost {
  /** The connection stands, or has finished a request and can take the next. */
  onReady(connection: Http1Connection, wasConnecting: boolean): void;
  /** The connection is gone; `failure` when it never stood. */
  onClosed(connection: Http1Connection, wasConnecting: boolean, failure: PoolFailure | null): void;
}

/**
 * One pooled HTTP/1.1 connection.
 *
 *   connecting ──connected──► ready ◄──response complete── busy
 *       │                      │  └────────start───────────►  │
 *       └──────── closed ◄─────┴──────────────────────────────┘
 */
export class Http1Connection implements ConnectionEvents, Http1ClientCallbacks, UpstreamConnectionInfo {
  readonly id: number;
  readonly host: Host;
  readonly protocol = 'HTTP/1.1';
  localAddress: Address;
  tls: TlsInfo | null;
  isConnecting: boolean;
  private readonly pool: Http1ConnectionOwner;
  private readonly codec: Http1ClientCodec;
  private readonly connection: Connection;
  private readonly timer: Timer;
  private readonly durationTimer: Timer | null;
  private readonly tally: ConnectionTally;
  private decoder: ResponseDecoder | null;
  private requests: number;
  private isClosing: boolean;
  private closedHere: boolean;
  private hasTimedOut: boolean;
  private hasRemoteEnded: boolean;
  private hadRequestAtClose: boolean;
  private idleSinceMs: number;
  private receivedAtStart: number;

  constructor(pool: Http1ConnectionOwner) {
    const { cluster, host, resources } = pool;
    this.id = resources.nextConnectionId();
    this.host = host;
    this.localAddress = unknownAddress;
    this.tls = null;
    this.isConnecting = true;
    this.pool = pool;
    this.tally = new ConnectionTally(pool);
    this.decoder = null;
    this.requests = 0;
    this.isClosing = false;
    this.closedHere = false;
    this.hasTimedOut = false;
    this.hasRemoteEnded = false;
    this.hadRequestAtClose = false;
    this.idleSinceMs = resources.clock.now();
    this.receivedAtStart = 0;
    cluster.stats.inc(C.upstream_cx_http1_total);
    this.connection = dial(host, cluster.info, resources, this, pool, (tls) => this.onConnect(tls));
    this.tally.watch(this.connection);
    this.codec = new Http1ClientCodec(this.connection, upstreamParserOptions(cluster.config), this);
    this.timer = new Timer(() => this.onTimer());
    this.durationTimer = null;
    if (cluster.config.maxConnectionDurationMs > 0) {
      this.durationTimer = new Timer(() => this.onMaxDuration());
      resources.timers.schedule(this.durationTimer, cluster.config.maxConnectionDurationMs);
    }
    resources.timers.schedule(this.timer, cluster.info.connectTimeoutMs);
  }

  /** Takes the connection for one request. The breaker's place for it has been taken. */
  start(decoder: ResponseDecoder): RequestEncoder {
    this.decoder = decoder;
    this.requests++;
    this.receivedAtStart = this.connection.bytesReceived;
    this.tally.onRequest();
    return this.codec.start(decoder);
  }

  get times(): UpstreamConnectionTimes {
    return this.tally;
  }

  get meter(): WireMeter {
    return this.codec.meter;
  }

  becomeIdle(): void {
    const { cluster, resources } = this.pool;
    this.idleSinceMs = resources.clock.now();
    const { idleTimeoutMs } = cluster.config;
    if (idleTimeoutMs > 0 && !this.timer.isArmed) {
      resources.timers.scheduleAt(this.timer, this.idleSinceMs + idleTimeoutMs);
    }
  }

  /** Closes now; a request on it is reset. */
  close(): void {
    this.closedHere = true;
    this.connection.destroy();
  }

  closeWhenIdle(): void {
    this.isClosing = true;
  }

  // Http1ClientCallbacks

  onResponseComplete(isRequestDone: boolean, keepsAlive: boolean): void {
    if (!keepsAlive && !this.hasRemoteEnded) this.pool.cluster.stats.inc(C.upstream_cx_close_notify);
    if (!isRequestDone) {
      this.closeUnderRequest();
      return;
    }
    this.endRequest();
    if (this.hasRemoteEnded) return;
    const { maxRequestsPerConnection } = this.pool.cluster.config;
    const isWornOut = maxRequestsPerConnection > 0 && this.requests >= maxRequestsPerConnection;
    if (isWornOut) this.pool.cluster.stats.inc(C.upstream_cx_max_requests);
    if (!keepsAlive || this.isClosing || isWornOut) {
      this.close();
      return;
    }
    this.pool.onReady(this, false);
  }

  onEncoderReset(): void {
    if (this.decoder === null) return;
    this.closeUnderRequest();
  }

  /** Ends the request whose reader wants to hear no more, and the connection with it. */
  private closeUnderRequest(): void {
    this.codec.detach();
    this.endRequest();
    this.hadRequestAtClose = true;
    this.close();
  }

  pauseReading(): void {
    this.pool.cluster.stats.inc(C.upstream_flow_control_paused_reading_total);
    this.connection.pauseReading();
  }

  resumeReading(): void {
    this.pool.cluster.stats.inc(C.upstream_flow_control_resumed_reading_total);
    this.connection.resumeReading();
  }

  // ConnectionEvents

  onData(buffer: Buffer, start: number, end: number): void {
    const error = this.codec.dispatch(buffer, start, end);
    if (error !== null) this.onProtocolError(error);
  }

  onEnd(): void {
    this.hasRemoteEnded = true;
    const hadBegun = this.connection.bytesReceived > this.receivedAtStart;
    const error = this.decoder === null ? null : this.codec.finish();
    if (this.decoder === null) {
      this.connection.destroy();
      return;
    }
    if (error !== null && hadBegun) {
      this.onProtocolError(error);
      return;
    }
    this.connection.destroy();
  }

  onAboveWatermark(): void {
    this.pool.cluster.stats.inc(C.upstream_flow_control_backed_up_total);
    this.decoder?.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.pool.cluster.stats.inc(C.upstream_flow_control_drained_total);
    this.decoder?.onBelowWatermark();
  }

  onDrained(): void {
    // The pool does not wait for bytes to leave.
  }

  onClose(error: string): void {
    const { resources } = this.pool;
    resources.timers.cancel(this.timer);
    if (this.durationTimer !== null) resources.timers.cancel(this.durationTimer);
    const wasConnecting = this.isConnecting;
    this.isConnecting = false;
    const { decoder } = this;
    const hadRequest = decoder !== null || this.hadRequestAtClose;
    this.tally.onClosed(this.connection, this.closedHere, hadRequest, this.requests);
    const failure =
      wasConnecting && !this.closedHere
        ? this.tally.connectFailure(error, this.hasTimedOut, this.pool.transport)
        : null;
    if (decoder !== null) {
      this.codec.detach();
      this.endRequest();
    }
    this.pool.onClosed(this, wasConnecting, failure);
    decoder?.onReset('connection-termination', '');
  }

  private onConnect(tls: TlsInfo | null): void {
    const { resources } = this.pool;
    if (this.connection.isClosed) return;
    this.tls = tls;
    this.isConnecting = false;
    resources.timers.cancel(this.timer);
    this.localAddress = localAddressOf(this.connection.socket, this.host);
    this.tally.onReady();
    this.pool.onReady(this, true);
  }

  /** The connect timeout, later the idle timeout: requests leave it alone, it looks at when the last one ended. */
  private onTimer(): void {
    const { cluster, resources } = this.pool;
    if (this.isConnecting) {
      this.hasTimedOut = true;
      cluster.stats.inc(C.upstream_cx_connect_timeout);
      this.connection.destroy();
      return;
    }
    const now = resources.clock.now();
    const due = (this.decoder === null ? this.idleSinceMs : now) + cluster.config.idleTimeoutMs;
    if (due > now) {
      resources.timers.scheduleAt(this.timer, due);
      return;
    }
    cluster.stats.inc(C.upstream_cx_idle_timeout);
    this.close();
  }

  private onMaxDuration(): void {
    this.pool.cluster.stats.inc(C.upstream_cx_max_duration_reached);
    if (this.decoder === null && !this.isConnecting) this.close();
    else this.isClosing = true;
  }

  private onProtocolError(error: CodecError): void {
    const { decoder } = this;
    this.pool.cluster.stats.inc(C.upstream_cx_protocol_error);
    if (decoder !== null) {
      this.codec.detach();
      this.endRequest();
      this.hadRequestAtClose = true;
      if (this.hasRemoteEnded) this.connection.destroy();
      else this.close();
      decoder.onReset('protocol-error', error.details);
      return;
    }
    this.close();
  }

  private endRequest(): void {
    if (this.decoder === null) return;
    this.decoder = null;
    this.tally.onRequestEnd();
    this.tally.countBytes(this.connection);
  }
}
