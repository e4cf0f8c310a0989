import type { CodecError, RequestEncoder, ResponseDecoder } from '../../api/codec.js';
import type { Address } from '../../api/stream-info.js';
import type { TlsInfo } from '../../api/tls-info.js';
import {
  type CircuitBreaker,
  type Host,
  HostWord,
  type PoolFailure,
  type UpstreamConnectionInfo,
} from '../../api/upstream.js';
import { Timer } from '../../base/timer-wheel.js';
import { type Http1ClientCallbacks, Http1ClientCodec } from '../../codec/http1/client.js';
import { unknownAddress } from '../../network/address.js';
import type { Connection, ConnectionEvents } from '../../network/connection.js';
import { C } from '../cluster-stats.js';
import { upstreamParserOptions } from '../http1-options.js';
import { connectErrorText, type DialTransport, dial, localAddressOf } from './dial.js';
import type { PoolCluster } from './pool-cluster.js';
import type { PoolResources } from './pool-resources.js';

/** The pool as its connections see it. */
export interface Http1ConnectionOwner extends DialTransport {
  readonly cluster: PoolCluster;
  readonly host: Host;
  readonly breaker: CircuitBreaker;
  readonly resources: PoolResources;
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
  private readonly startedMs: number;
  private decoder: ResponseDecoder | null;
  private requests: number;
  private isClosing: boolean;
  private closedHere: boolean;
  private hasTimedOut: boolean;
  private hasRemoteEnded: boolean;
  private hadRequestAtClose: boolean;
  private idleSinceMs: number;
  private receivedAtStart: number;
  private sentCounted: number;
  private receivedCounted: number;

  constructor(pool: Http1ConnectionOwner) {
    const { cluster, host, resources } = pool;
    this.id = resources.nextConnectionId();
    this.host = host;
    this.localAddress = unknownAddress;
    this.tls = null;
    this.isConnecting = true;
    this.pool = pool;
    this.startedMs = resources.clock.now();
    this.decoder = null;
    this.requests = 0;
    this.isClosing = false;
    this.closedHere = false;
    this.hasTimedOut = false;
    this.hasRemoteEnded = false;
    this.hadRequestAtClose = false;
    this.idleSinceMs = this.startedMs;
    this.receivedAtStart = 0;
    this.sentCounted = 0;
    this.receivedCounted = 0;
    const { stats } = cluster;
    stats.inc(C.upstream_cx_total);
    stats.inc(C.upstream_cx_http1_total);
    stats.add(C.upstream_cx_active, 1);
    host.count(HostWord.cxTotal, 1);
    host.count(HostWord.cxActive, 1);
    this.connection = dial(host, cluster.info.bufferLimitBytes, resources, this, pool, (tls) =>
      this.onConnect(tls),
    );
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
    const { cluster, host } = this.pool;
    this.decoder = decoder;
    this.requests++;
    this.receivedAtStart = this.connection.bytesReceived;
    cluster.stats.inc(C.upstream_rq_total);
    cluster.stats.add(C.upstream_rq_active, 1);
    host.count(HostWord.rqTotal, 1);
    host.count(HostWord.rqActive, 1);
    return this.codec.start(decoder);
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
    this.countClose(decoder !== null || this.hadRequestAtClose);
    const failure = wasConnecting && !this.closedHere ? this.connectFailure(error) : null;
    if (decoder !== null) {
      this.codec.detach();
      this.endRequest();
    }
    this.pool.onClosed(this, wasConnecting, failure);
    decoder?.onReset('connection-termination', '');
  }

  private connectFailure(error: string): PoolFailure {
    const { stats } = this.pool.cluster;
    stats.inc(C.upstream_cx_connect_fail);
    this.host.count(HostWord.cxConnectFail, 1);
    this.host.reportLocalFailure(this.hasTimedOut ? 'timeout' : 'connect');
    return {
      reason: this.hasTimedOut ? 'connection-timeout' : 'remote-connection-failure',
      transportFailure: this.hasTimedOut ? '' : connectErrorText(error, this.pool.transport),
    };
  }

  private onConnect(tls: TlsInfo | null): void {
    const { cluster, resources } = this.pool;
    if (this.connection.isClosed) return;
    this.tls = tls;
    this.isConnecting = false;
    resources.timers.cancel(this.timer);
    this.localAddress = localAddressOf(this.connection.socket, this.host);
    cluster.stats.record(C.upstream_cx_connect_ms, resources.clock.now() - this.startedMs);
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
    const { cluster, breaker, host } = this.pool;
    breaker.releaseRequest();
    cluster.stats.add(C.upstream_rq_active, -1);
    host.count(HostWord.rqActive, -1);
    this.countBytes();
  }

  private countBytes(): void {
    const { stats } = this.pool.cluster;
    const { bytesReceived, bytesSent } = this.connection;
    stats.add(C.upstream_cx_rx_bytes_total, bytesReceived - this.receivedCounted);
    stats.add(C.upstream_cx_tx_bytes_total, bytesSent - this.sentCounted);
    this.receivedCounted = bytesReceived;
    this.sentCounted = bytesSent;
  }

  private countClose(hadRequest: boolean): void {
    const { stats } = this.pool.cluster;
    this.countBytes();
    this.host.count(HostWord.cxActive, -1);
    stats.add(C.upstream_cx_active, -1);
    stats.inc(C.upstream_cx_destroy);
    stats.inc(this.closedHere ? C.upstream_cx_destroy_local : C.upstream_cx_destroy_remote);
    if (hadRequest) {
      stats.inc(C.upstream_cx_destroy_with_active_rq);
      stats.inc(
        this.closedHere
          ? C.upstream_cx_destroy_local_with_active_rq
          : C.upstream_cx_destroy_remote_with_active_rq,
      );
    }
    stats.record(C.upstream_rq_per_cx, this.requests);
    stats.record(C.upstream_cx_length_ms, this.pool.resources.clock.now() - this.startedMs);
  }
}
