import type { RequestDecoder } from '../api/codec.js';
import type { ConnectionControl } from '../api/network-filter.js';
import type { ResponseHeaders } from '../base/header-map.js';
import type { Timer } from '../base/timer-wheel.js';
import type { Flushable } from '../base/turn.js';
import { WireMeter } from '../base/wire-meter.js';
import type { Http2Error } from '../codec/http2/connection-parts.js';
import { ErrorCode } from '../codec/http2/frame/frame-codes.js';
import { Http2 } from '../codec/http2/http2-stats.js';
import { Http2Server, type Http2ServerCallbacks, Http2ServerStream } from '../codec/http2/server.js';
import { PingKeepalive } from '../network/ping-keepalive.js';
import { FlushTimeouts } from './flush-timeouts.js';
import type { Manager } from './manager.js';
import { H } from './manager-stats.js';
import { PrematureResets } from './premature-resets.js';
import type { RequestOrigin } from './request-rules.js';
import type { ServerSession, SessionOwner } from './server-session.js';
import { HttpStream } from './stream.js';
import type { FinishedStream, ServedStream, StreamConnection } from './stream-connection.js';

/**
 * HTTP/2 on a downstream connection: many streams at a time.
 *
 *   serving ──drain──► draining (first GOAWAY) ──drain timeout──► leaving (second GOAWAY) ──last stream──► closed
 */
export class Http2Session implements ServerSession, StreamConnection, Http2ServerCallbacks, Flushable {
  readonly manager: Manager;
  readonly control: ConnectionControl;
  /** Scratch for the request rules; one head at a time. */
  readonly origin: RequestOrigin;
  private readonly connection: SessionOwner;
  private readonly codec: Http2Server;
  private readonly keepalive: PingKeepalive | null;
  private readonly resets: PrematureResets;
  private readonly unflushed: FlushTimeouts;
  private active: number;
  private drainTimer: Timer | null;
  private isDraining: boolean;
  private isLeaving: boolean;
  private readonly flushFrames: () => void;

  constructor(connection: SessionOwner) {
    const { control, manager } = connection;
    const { config, scope, stats } = manager;
    this.manager = manager;
    this.control = control;
    this.origin = { remoteAddress: control.info.remoteAddress, isInternal: false, rejectStatus: 0 };
    this.connection = connection;
    this.resets = new PrematureResets(scope.runtime);
    this.unflushed = new FlushTimeouts(manager, control, scope.timers, () =>
      manager.http2Stats.inc(Http2.tx_flush_timeout),
    );
    this.active = 0;
    this.drainTimer = null;
    this.isDraining = false;
    this.isLeaving = false;
    this.flushFrames = () => this.codec.flush();
    this.codec = new Http2Server(
      {
        output: control,
        buffers: scope.buffers,
        options: config.http2,
        limits: config,
        stats: manager.http2Stats,
        limitBytes: manager.bufferLimitBytes,
      },
      this,
    );
    const { keepalive } = config.http2;
    this.keepalive = keepalive === null ? null : new PingKeepalive(keepalive, this, scope);
    stats.inc(H.downstream_cx_http2_total);
    // Envoy's name for its default codec: whoever watches it counts connections.
    manager.http2Stats.inc(Http2.nghttp2_downstream_connections);
    stats.add(H.downstream_cx_http2_active, 1);
    if (connection.isDraining) this.drain();
  }

  // ServerSession

  get hasStreams(): boolean {
    return this.active > 0 || this.codec.isWithinHead;
  }

  dispatch(buffer: Buffer, start: number, end: number): void {
    this.keepalive?.onBytes();
    this.codec.dispatch(buffer, start, end);
  }

  onAboveWatermark(): void {
    this.codec.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.codec.onBelowWatermark();
  }

  drain(): boolean {
    if (this.isDraining) return false;
    this.isDraining = true;
    const { manager } = this;
    this.codec.announceShutdown();
    this.drainTimer = this.control.timer(() => this.leave());
    manager.scope.timers.schedule(this.drainTimer, manager.drainTimeoutMs());
    return false;
  }

  closeWhenIdle(): void {
    // The second GOAWAY has its own timer.
  }

  farewell(): void {
    if (this.isLeaving) return;
    this.isDraining = true;
    this.isLeaving = true;
    this.codec.finishShutdown();
  }

  onConnectionClosed(): void {
    this.keepalive?.cancel();
    this.unflushed.cancel();
    this.codec.stop('connection-termination', '');
    this.manager.stats.add(H.downstream_cx_http2_active, -1);
  }

  /** The drain timeout is over: streams that are open may finish, new ones are not served. */
  private leave(): void {
    if (this.connection.isClosing) return;
    this.farewell();
    this.closeWhenDone();
  }

  private closeWhenDone(): void {
    if (!this.isLeaving || this.codec.activeStreams > 0 || this.connection.isClosing) return;
    this.connection.close('flush-and-delay', 'drain');
  }

  // StreamConnection

  get isClosed(): boolean {
    return this.connection.isClosed;
  }

  /** A stream's window is its limit too, as in Envoy. */
  get bufferLimitBytes(): number {
    return this.manager.config.http2.streamWindow;
  }

  guard(body: () => void): void {
    this.control.guard(body);
  }

  closeAfterResponse(): void {
    // A stream ends alone.
  }

  onResponseHead(_headers: ResponseHeaders): void {
    if (!this.isDraining && this.connection.isToDrain()) this.drain();
  }

  onStreamFinished(stream: FinishedStream): void {
    this.active--;
    const { connection } = this;
    if (connection.isClosed) return;
    if (this.active === 0) connection.onIdleAt(stream.info.times.endMs);
    const { codec } = stream;
    if (!(codec instanceof Http2ServerStream) || !codec.isReadBy(stream)) {
      this.noteEnd(stream);
      return;
    }
    codec.detach();
    if (codec.queuedBytes > 0) this.unflushed.watch(codec);
    this.noteEnd(stream);
  }

  replaceStream(stream: FinishedStream, next: ServedStream): void {
    this.active++;
    if (stream.codec instanceof Http2ServerStream) stream.codec.attach(next);
  }

  /** A client that opens streams only to reset them is sent away. */
  private noteEnd(stream: FinishedStream): void {
    const isReset = !stream.isResponseComplete || !stream.isRequestComplete;
    if (!this.resets.isTooMany(stream.info, isReset) || this.connection.isClosing) return;
    const { stats } = this.manager;
    stats.inc(H.downstream_rq_too_many_premature_resets);
    stats.inc(H.downstream_cx_protocol_error);
    this.codec.stop('connection-termination', '');
    this.connection.close('abort', 'too_many_premature_resets');
  }

  // Http2ServerCallbacks

  newStream(codec: Http2ServerStream): RequestDecoder {
    const { connection } = this;
    connection.requests++;
    this.active++;
    if (connection.isWornOut()) this.drain();
    const stream = new HttpStream(this, codec);
    if (this.manager.logsWireBytes) {
      codec.meter = new WireMeter();
      stream.info.downstreamWire = codec.meter;
      stream.info.upstreamWire = new WireMeter();
    }
    return stream;
  }

  onPending(): void {
    this.control.flushLater(this);
  }

  get isDrained(): boolean {
    return this.control.bufferedBytes === 0;
  }

  flush(): void {
    this.control.guard(this.flushFrames);
  }

  onConnectionError(error: Http2Error): void {
    const { stats } = this.manager;
    if (error.code !== ErrorCode.enhanceYourCalm) stats.inc(H.downstream_cx_protocol_error);
    if (error.hadStreams) {
      stats.inc(H.downstream_cx_destroy_active_rq);
      stats.inc(H.downstream_cx_destroy_local_active_rq);
    }
    this.codec.flush();
    this.connection.close('flush-and-delay', codecErrorText(error));
  }

  onGoaway(): void {
    // The client goes when its streams are done.
  }

  onPingAck(): void {
    this.keepalive?.onAck();
  }

  onStreamClosed(): void {
    this.closeWhenDone();
  }

  // PingingConnection

  sendPing(payload: Buffer): void {
    this.codec.ping(payload);
  }

  onKeepaliveTimeout(): void {
    const { http2Stats, stats } = this.manager;
    http2Stats.inc(Http2.keepalive_timeout);
    if (this.active > 0) {
      stats.inc(H.downstream_cx_destroy_active_rq);
      stats.inc(H.downstream_cx_destroy_remote_active_rq);
    }
    this.codec.stop('connection-termination', 'downstream_local_disconnect(http2_ping_timeout)');
    this.connection.close('no-flush', 'http2_ping_timeout');
  }
}

function codecErrorText(error: Http2Error): string {
  return error.details.startsWith('codec_error:') ? error.details : `codec_error:${error.details}`;
}
