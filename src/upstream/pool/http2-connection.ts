import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '../../api/codec.js';
import type { Address, UpstreamConnectionTimes } from '../../api/stream-info.js';
import type { TlsInfo } from '../../api/tls-info.js';
import type { Host, PoolFailure, UpstreamConnectionInfo } from '../../api/upstream.js';
import { Timer } from '../../base/timer-wheel.js';
import type { Flushable } from '../../base/turn.js';
import { Http2Client, type Http2ClientCallbacks } from '../../codec/http2/client.js';
import { Http2 } from '../../codec/http2/http2-stats.js';
import { unknownAddress } from '../../network/address.js';
import type { Connection, ConnectionEvents } from '../../network/connection.js';
import { PingKeepalive } from '../../network/ping-keepalive.js';
import { C } from '../cluster-stats.js';
import { ConnectionTally } from './connection-tally.js';
import { dial, localAddressOf } from './dial.js';
import type { PooledHost } from './pooled-host.js';

/** The pool as its connections see it. */
export interface Http2ConnectionOwner extends PooledHost {
  /** The connection stands, or has room for another stream. */
  onRoom(connection: Http2Connection, wasConnecting: boolean): void;
  /** The connection is gone; `failure` when it never stood. */
  onClosed(connection: Http2Connection, wasConnecting: boolean, failure: PoolFailure | null): void;
}

/**
 * One pooled HTTP/2 connection, many requests at a time.
 *
 *   connecting ──connected──► open ──GOAWAY, worn out, old, pool drains──► draining ──last stream──► closed
 */
export class Http2Connection
  implements ConnectionEvents, Http2ClientCallbacks, UpstreamConnectionInfo, Flushable
{
  readonly id: number;
  readonly host: Host;
  readonly protocol = 'HTTP/2';
  readonly meter = null;
  localAddress: Address;
  tls: TlsInfo | null;
  isConnecting: boolean;
  private readonly pool: Http2ConnectionOwner;
  private readonly tally: ConnectionTally;
  private readonly connection: Connection;
  private readonly timer: Timer;
  private readonly durationTimer: Timer | null;
  private readonly flushFrames: () => void;
  private codec: Http2Client | null;
  private keepalive: PingKeepalive | null;
  private requests: number;
  private isDraining: boolean;
  private closedHere: boolean;
  private hasTimedOut: boolean;
  private idleSinceMs: number;

  constructor(pool: Http2ConnectionOwner) {
    const { cluster, host, resources } = pool;
    this.id = resources.nextConnectionId();
    this.host = host;
    this.localAddress = unknownAddress;
    this.tls = null;
    this.isConnecting = true;
    this.pool = pool;
    this.tally = new ConnectionTally(pool);
    this.codec = null;
    this.keepalive = null;
    this.requests = 0;
    this.isDraining = false;
    this.closedHere = false;
    this.hasTimedOut = false;
    this.idleSinceMs = resources.clock.now();
    this.flushFrames = () => this.codec?.flush();
    cluster.stats.inc(C.upstream_cx_http2_total);
    this.connection = dial(host, cluster.info, resources, this, pool, (tls) => this.onConnect(tls));
    this.tally.watch(this.connection);
    this.timer = new Timer(() => this.onTimer());
    this.durationTimer = null;
    if (cluster.config.maxConnectionDurationMs > 0) {
      this.durationTimer = new Timer(() => this.onMaxDuration());
      resources.timers.schedule(this.durationTimer, cluster.config.maxConnectionDurationMs);
    }
    resources.timers.schedule(this.timer, cluster.info.connectTimeoutMs);
  }

  /** Streams that it takes besides those it has; before the peer has spoken, what the configuration says. */
  get room(): number {
    if (this.isDraining) return 0;
    const { http2, maxRequestsPerConnection } = this.pool.cluster.config;
    const { codec } = this;
    const limit = Math.min(http2.maxConcurrentStreams, codec?.peerStreamLimit ?? http2.maxConcurrentStreams);
    const room = limit - (codec?.activeStreams ?? 0);
    return maxRequestsPerConnection === 0 ? room : Math.min(room, maxRequestsPerConnection - this.requests);
  }

  /** Begins one request. The breaker's place for it has been taken. */
  start(decoder: ResponseDecoder): RequestEncoder {
    const { maxRequestsPerConnection } = this.pool.cluster.config;
    const codec = this.codec as Http2Client;
    this.requests++;
    this.tally.onRequest();
    this.keepalive?.beforeStream();
    const stream = codec.start(decoder);
    if (maxRequestsPerConnection > 0 && this.requests >= maxRequestsPerConnection) {
      this.pool.cluster.stats.inc(C.upstream_cx_max_requests);
      this.isDraining = true;
    } else if (codec.isExhausted) this.isDraining = true;
    return stream;
  }

  get times(): UpstreamConnectionTimes {
    return this.tally;
  }

  get isIdle(): boolean {
    return this.codec !== null && this.codec.activeStreams === 0;
  }

  /** Closes now; requests on it are reset. */
  close(): void {
    this.closedHere = true;
    this.connection.destroy();
  }

  /** No new streams; closes after the last. A connection that is still being made is left to its requests. */
  drain(): void {
    if (this.codec === null) return;
    this.isDraining = true;
    if (this.isIdle) this.close();
  }

  // Http2ClientCallbacks

  onPending(): void {
    this.connection.flushLater(this);
  }

  flush(): void {
    this.connection.guard(this.flushFrames);
  }

  get isDrained(): boolean {
    return this.connection.bufferedBytes === 0;
  }

  onStreamClosed(): void {
    this.tally.onRequestEnd();
    this.tally.countBytes(this.connection);
    if (this.connection.isClosed) return;
    this.idleSinceMs = this.pool.resources.clock.now();
    if (!this.isDraining) this.pool.onRoom(this, false);
    else if (this.isIdle) this.closeSoon();
  }

  /** In a turn of its own: the stream that has just ended is still being told. */
  private closeSoon(): void {
    setImmediate(() => {
      if (this.isIdle && !this.connection.isClosed) this.connection.guard(() => this.close());
    });
  }

  onPeerSettings(): void {
    if (!this.isDraining && !this.isConnecting) this.pool.onRoom(this, false);
  }

  onStreamReset(reason: StreamResetReason): void {
    const { stats } = this.pool.cluster;
    if (reason === 'remote-reset') stats.inc(C.upstream_rq_rx_reset);
    else if (reason === 'connection-termination') stats.inc(C.upstream_rq_pending_failure_eject);
    else if (reason !== 'remote-refused-stream') stats.inc(C.upstream_rq_tx_reset);
  }

  onGoaway(lastStreamId: number): void {
    this.pool.cluster.stats.inc(C.upstream_cx_close_notify);
    this.isDraining = true;
    this.codec?.refuseAfter(lastStreamId);
    if (this.isIdle) this.closeSoon();
  }

  onPingAck(): void {
    this.keepalive?.onAck();
  }

  onConnectionError(): void {
    this.pool.cluster.stats.inc(C.upstream_cx_protocol_error);
    this.isDraining = true;
    this.codec?.flush();
    this.closedHere = true;
    this.connection.closeAfterWriting();
  }

  // PingingConnection

  guard(body: () => void): void {
    this.connection.guard(body);
  }

  sendPing(payload: Buffer): void {
    this.codec?.ping(payload);
  }

  onKeepaliveTimeout(): void {
    this.pool.cluster.http2Stats.inc(Http2.keepalive_timeout);
    this.close();
  }

  // ConnectionEvents

  onData(buffer: Buffer, start: number, end: number): void {
    this.keepalive?.onBytes();
    this.codec?.dispatch(buffer, start, end);
  }

  onEnd(): void {
    this.connection.destroy();
  }

  onAboveWatermark(): void {
    this.pool.cluster.stats.inc(C.upstream_flow_control_backed_up_total);
    this.codec?.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.pool.cluster.stats.inc(C.upstream_flow_control_drained_total);
    this.codec?.onBelowWatermark();
  }

  onDrained(): void {
    this.codec?.onDrained();
  }

  onClose(error: string): void {
    const { resources, transport } = this.pool;
    resources.timers.cancel(this.timer);
    if (this.durationTimer !== null) resources.timers.cancel(this.durationTimer);
    this.keepalive?.cancel();
    const wasConnecting = this.isConnecting;
    this.isConnecting = false;
    this.isDraining = true;
    const hadRequest = this.codec !== null && !this.isIdle;
    this.tally.onClosed(this.connection, this.closedHere, hadRequest, this.requests);
    const failure =
      wasConnecting && !this.closedHere
        ? this.tally.connectFailure(error, this.hasTimedOut, transport)
        : null;
    this.pool.onClosed(this, wasConnecting, failure);
    this.codec?.stop('connection-termination', '');
  }

  private onConnect(tls: TlsInfo | null): void {
    const { cluster, resources } = this.pool;
    if (this.connection.isClosed) return;
    this.tls = tls;
    resources.timers.cancel(this.timer);
    this.localAddress = localAddressOf(this.connection.socket, this.host);
    this.tally.onReady();
    cluster.http2Stats.inc(Http2.nghttp2_upstream_connections);
    const { config, info } = cluster;
    this.codec = new Http2Client(
      {
        output: this.connection,
        buffers: resources.connections.buffers,
        options: config.http2,
        limits: {
          maxHeadBytes: config.maxResponseHeadersKb * 1024,
          maxHeaders: config.maxResponseHeaders,
          headersWithUnderscores: 'ALLOW',
        },
        stats: cluster.http2Stats,
        limitBytes: info.bufferLimitBytes,
      },
      this,
    );
    const { keepalive } = config.http2;
    if (keepalive !== null) this.keepalive = new PingKeepalive(keepalive, this, resources);
    this.isConnecting = false;
    this.becomeIdle();
    this.pool.onRoom(this, true);
  }

  private becomeIdle(): void {
    const { cluster, resources } = this.pool;
    const { idleTimeoutMs } = cluster.config;
    this.idleSinceMs = resources.clock.now();
    if (idleTimeoutMs > 0) resources.timers.schedule(this.timer, idleTimeoutMs);
  }

  /** The connect timeout, later the idle timeout, which looks at when the last stream ended. */
  private onTimer(): void {
    const { cluster, resources } = this.pool;
    if (this.isConnecting) {
      this.hasTimedOut = true;
      cluster.stats.inc(C.upstream_cx_connect_timeout);
      this.connection.destroy();
      return;
    }
    const now = resources.clock.now();
    const due = (this.isIdle ? this.idleSinceMs : now) + cluster.config.idleTimeoutMs;
    if (due > now) {
      resources.timers.scheduleAt(this.timer, due);
      return;
    }
    cluster.stats.inc(C.upstream_cx_idle_timeout);
    this.close();
  }

  private onMaxDuration(): void {
    this.pool.cluster.stats.inc(C.upstream_cx_max_duration_reached);
    this.drain();
  }
}
