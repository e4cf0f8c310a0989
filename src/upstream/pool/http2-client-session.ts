import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '../../api/codec.js';
import type { Flushable } from '../../base/turn.js';
import { Http2Client, type Http2ClientCallbacks } from '../../codec/http2/client.js';
import { Http2 } from '../../codec/http2/http2-stats.js';
import { PingKeepalive } from '../../network/ping-keepalive.js';
import { C } from '../cluster-stats.js';
import type { ClientSession, SessionOwner } from './client-session.js';

/** HTTP/2 on a pooled connection: many requests at a time. */
export class Http2ClientSession implements ClientSession, Http2ClientCallbacks, Flushable {
  readonly protocol = 'HTTP/2';
  private readonly owner: SessionOwner;
  private readonly codec: Http2Client;
  private readonly flushFrames: () => void;
  private readonly keepalive: PingKeepalive | null;

  constructor(owner: SessionOwner) {
    const { cluster, resources } = owner.pool;
    const { config, info } = cluster;
    this.owner = owner;
    this.flushFrames = () => this.codec.flush();
    cluster.http2Stats.inc(Http2.nghttp2_upstream_connections);
    this.codec = new Http2Client(
      {
        output: owner.connection,
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
    this.keepalive = keepalive === null ? null : new PingKeepalive(keepalive, this, resources);
  }

  get activeStreams(): number {
    return this.codec.activeStreams;
  }

  get room(): number {
    const { http2 } = this.owner.pool.cluster.config;
    const { codec } = this;
    return Math.min(http2.maxConcurrentStreams, codec.peerStreamLimit) - codec.activeStreams;
  }

  start(decoder: ResponseDecoder): RequestEncoder {
    const { codec } = this;
    this.keepalive?.beforeStream();
    const stream = codec.start(decoder);
    if (codec.isExhausted) this.owner.isDraining = true;
    return stream;
  }

  // Http2ClientCallbacks

  onPending(): void {
    this.owner.connection.flushLater(this);
  }

  flush(): void {
    this.owner.connection.guard(this.flushFrames);
  }

  get isDrained(): boolean {
    return this.owner.connection.bufferedBytes === 0;
  }

  onStreamClosed(): void {
    this.owner.onStreamEnd();
  }

  onPeerSettings(): void {
    this.owner.onRoomChanged();
  }

  onStreamReset(reason: StreamResetReason): void {
    const { stats } = this.owner.pool.cluster;
    if (reason === 'remote-reset') stats.inc(C.upstream_rq_rx_reset);
    else if (reason === 'connection-termination') stats.inc(C.upstream_rq_pending_failure_eject);
    else if (reason !== 'remote-refused-stream' && reason !== 'connect-error')
      stats.inc(C.upstream_rq_tx_reset);
  }

  onGoaway(lastStreamId: number): void {
    const { owner } = this;
    owner.pool.cluster.stats.inc(C.upstream_cx_close_notify);
    owner.onGoodbye();
    this.codec.refuseAfter(lastStreamId);
    owner.closeSoonIfIdle();
  }

  onPingAck(): void {
    this.keepalive?.onAck();
  }

  onConnectionError(): void {
    this.owner.pool.cluster.stats.inc(C.upstream_cx_protocol_error);
    this.codec.flush();
    this.owner.closeAfterWriting();
  }

  // PingingConnection

  guard(body: () => void): void {
    this.owner.connection.guard(body);
  }

  sendPing(payload: Buffer): void {
    this.codec.ping(payload);
  }

  onKeepaliveTimeout(): void {
    this.owner.pool.cluster.http2Stats.inc(Http2.keepalive_timeout);
    this.owner.close();
  }

  // ClientSession

  onData(buffer: Buffer, start: number, end: number): void {
    this.keepalive?.onBytes();
    this.codec.dispatch(buffer, start, end);
  }

  onEnd(): void {
    this.owner.connection.destroy();
  }

  onAboveWatermark(): void {
    this.codec.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.codec.onBelowWatermark();
  }

  onDrained(): void {
    this.codec.onDrained();
  }

  onClose(): void {
    this.keepalive?.cancel();
    this.codec.stop('connection-termination', '');
  }
}
