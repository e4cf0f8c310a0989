import type {
  Chunk,
  CodecError,
  Http1ParserOptions,
  RequestDecoder,
  StreamResetReason,
} from '../api/codec.js';
import {
  type ConnectionCloseKind,
  type ConnectionControl,
  type NetworkFilter,
  NetworkStatus,
} from '../api/network-filter.js';
import { Timer } from '../base/timer-wheel.js';
import { Refusal } from '../codec/http1/codec-errors.js';
import { type Http1ServerCallbacks, Http1ServerCodec } from '../codec/http1/server.js';
import type { Manager } from './manager.js';
import { H, Http1 } from './manager-stats.js';
import type { RequestOrigin } from './request-rules.js';
import { HttpStream } from './stream.js';
import type { FinishedStream, StreamConnection } from './stream-connection.js';

/** How long a draining connection must have been quiet before it is closed without a response to say so. */
const drainQuietMs = 500;

/**
 * A connection as its connection manager sees it: the last network filter. It owns the codec and the stream that is
 * being served, decides when the connection ends, and keeps its idle and duration clocks.
 */
export class ManagerConnection implements NetworkFilter, Http1ServerCallbacks, StreamConnection {
  readonly manager: Manager;
  readonly control: ConnectionControl;
  /** Scratch for the request rules; one request at a time. */
  readonly origin: RequestOrigin;
  private readonly codec: Http1ServerCodec;
  private readonly startedMs: number;
  private readonly idle: Timer | null;
  private readonly duration: Timer | null;
  private stream: HttpStream | null;
  private requests: number;
  private receivedCounted: number;
  private sentCounted: number;
  private droppedCounted: number;
  isClosingAfterResponse: boolean;
  isClosed: boolean;
  private isClosing: boolean;
  private closedHere: boolean;
  private hasSpoken: boolean;
  private idleSinceMs: number;
  /** The maximum duration has passed; the timer now waits for the end of the drain. */
  private isDrainOver: boolean;

  constructor(manager: Manager, control: ConnectionControl) {
    const { config, stats, scope } = manager;
    this.manager = manager;
    this.control = control;
    this.origin = { remoteAddress: control.info.remoteAddress, isInternal: false };
    this.codec = new Http1ServerCodec(control, parserOptionsOf(manager), this);
    this.startedMs = scope.clock.now();
    this.idle = config.idleTimeoutMs > 0 ? new Timer(() => this.onIdle()) : null;
    this.duration = config.maxConnectionDurationMs > 0 ? new Timer(() => this.onMaxDuration()) : null;
    this.stream = null;
    this.requests = 0;
    this.receivedCounted = 0;
    this.sentCounted = 0;
    this.droppedCounted = 0;
    this.isClosingAfterResponse = false;
    this.isClosed = false;
    this.isClosing = false;
    this.closedHere = false;
    this.hasSpoken = false;
    this.idleSinceMs = this.startedMs;
    this.isDrainOver = false;
    stats.inc(H.downstream_cx_total);
    stats.add(H.downstream_cx_active, 1);
    control.setHalfClose(true);
    control.setDelayedCloseTimeout(config.delayedCloseTimeoutMs, () =>
      stats.inc(H.downstream_cx_delayed_close_timeout),
    );
    if (this.idle !== null) scope.timers.schedule(this.idle, config.idleTimeoutMs);
    if (this.duration !== null) scope.timers.schedule(this.duration, config.maxConnectionDurationMs);
  }

  /** Runs `body` as a turn of this connection; a throw costs the connection. */
  guard(body: () => void): void {
    this.control.guard(body);
  }

  /** The connection ends after the response that is being made. */
  closeAfterResponse(): void {
    this.isClosingAfterResponse = true;
  }

  closeNow(): void {
    this.isClosing = true;
    this.closedHere = true;
    this.codec.stop();
    this.control.close('flush', 'stream_reset');
  }

  /** Asked per response: drain, or the connection has served what it may. */
  shouldDrain(): boolean {
    const { config, stats, scope } = this.manager;
    if (config.maxRequestsPerConnection > 0 && this.requests >= config.maxRequestsPerConnection) {
      stats.inc(H.downstream_cx_max_requests_reached);
      return true;
    }
    if (!scope.drain.shouldClose(this.manager.listenerName)) return false;
    stats.inc(H.downstream_cx_drain_close);
    return true;
  }

  // NetworkFilter

  onData(chunk: Chunk, endStream: boolean): NetworkStatus {
    if (!this.hasSpoken && chunk.end > chunk.start) this.onFirstBytes();
    if (!this.isClosing && chunk.end > chunk.start) this.codec.dispatch(chunk.buffer, chunk.start, chunk.end);
    if (endStream) this.onEnd();
    return NetworkStatus.Stop;
  }

  /** The client's end ends a request in progress, and a tunnel too: it has no half-open state, as in Envoy. */
  /** Only now is it a connection of HTTP/1. */
  private onFirstBytes(): void {
    this.hasSpoken = true;
    this.manager.stats.inc(H.downstream_cx_http1_total);
    this.manager.stats.add(H.downstream_cx_http1_active, 1);
  }

  private onEnd(): void {
    this.isClosing = true;
    this.control.close(this.stream === null ? 'flush' : 'no-flush', 'remote_close');
  }

  /** Idle for a moment and draining: a request may be on its way, so one that is not idle long waits. */
  onDrain(): void {
    if (this.stream !== null || this.isClosed || this.isClosing) return;
    if (this.manager.scope.clock.now() - this.idleSinceMs < drainQuietMs) return;
    this.isClosing = true;
    this.closedHere = true;
    this.control.close('flush-and-delay', 'drain');
  }

  onAboveWatermark(): void {
    this.stream?.onAboveWatermark();
  }

  onBelowWatermark(): void {
    this.stream?.onBelowWatermark();
  }

  onClose(kind: ConnectionCloseKind): void {
    this.isClosed = true;
    const { stats, scope } = this.manager;
    if (this.idle !== null) scope.timers.cancel(this.idle);
    if (this.duration !== null) scope.timers.cancel(this.duration);
    const { stream } = this;
    const isLocal = this.closedHere || kind === 'local';
    this.countBytes();
    stats.inc(H.downstream_cx_destroy);
    stats.inc(isLocal ? H.downstream_cx_destroy_local : H.downstream_cx_destroy_remote);
    if (stream !== null) {
      stats.inc(H.downstream_cx_destroy_active_rq);
      stats.inc(isLocal ? H.downstream_cx_destroy_local_active_rq : H.downstream_cx_destroy_remote_active_rq);
      stream.onConnectionClosed();
    }
    stats.add(H.downstream_cx_active, -1);
    if (this.hasSpoken) stats.add(H.downstream_cx_http1_active, -1);
    stats.record(H.downstream_cx_length_ms, scope.clock.now() - this.startedMs);
  }

  // Http1ServerCallbacks

  newStream(): RequestDecoder {
    this.requests++;
    const stream = new HttpStream(this, this.codec);
    this.stream = stream;
    return stream;
  }

  onCodecError(error: CodecError): void {
    this.closeAfterResponse();
    if (error.details === Refusal.underscore.details) {
      this.manager.http1Stats.inc(Http1.requests_rejected_with_underscores_in_headers);
    }
    if (this.stream !== null) this.stream.onCodecError(error);
    else this.closeNow();
  }

  onStreamReset(_reason: StreamResetReason): void {
    this.closeNow();
  }

  pauseReading(): void {
    this.control.pauseReading();
  }

  resumeReading(): void {
    this.control.resumeReading();
  }

  /** The stream is over: the connection closes, or waits for the next request. */
  onStreamFinished(stream: FinishedStream): void {
    if (this.stream !== stream) return;
    this.stream = null;
    if (this.isClosed) return;
    this.idleSinceMs = stream.info.times.endMs;
    this.countBytes();
    if (this.isClosing) return;
    const isTunnelEnd = stream.isUpgrade && stream.isResponseStarted;
    if (
      this.isClosingAfterResponse ||
      isTunnelEnd ||
      !stream.isRequestComplete ||
      !stream.isResponseComplete
    ) {
      this.isClosing = true;
      this.closedHere = true;
      this.codec.stop();
      this.control.close('flush-and-delay', 'response_complete');
      return;
    }
    if (this.codec.hasLeftover) this.continueSoon();
    else this.codec.finishStream();
  }

  /** Requests do not touch the timer: it looks at when the last one ended, and goes on waiting for what is left. */
  private onIdle(): void {
    if (this.isClosed || this.idle === null) return;
    const { scope, config } = this.manager;
    const since = this.stream === null ? this.idleSinceMs : scope.clock.now();
    if (since + config.idleTimeoutMs > scope.clock.now()) {
      scope.timers.scheduleAt(this.idle, since + config.idleTimeoutMs);
      return;
    }
    this.manager.stats.inc(H.downstream_cx_idle_timeout);
    this.isClosing = true;
    this.closedHere = true;
    this.control.close('flush', 'idle_timeout');
  }

  /** The connection is old: its next response says so, and an idle one closes when the drain timeout is over. */
  private onMaxDuration(): void {
    if (this.isDrainOver) {
      this.onDrainOver();
      return;
    }
    const { stats, scope, config } = this.manager;
    stats.inc(H.downstream_cx_max_duration_reached);
    this.closeAfterResponse();
    if (this.duration === null || config.drainTimeoutMs === 0) this.onDrainOver();
    else {
      this.isDrainOver = true;
      scope.timers.schedule(this.duration, config.drainTimeoutMs);
    }
  }

  /** The client had its time to send one more request and be told to leave. */
  private onDrainOver(): void {
    if (this.stream !== null || this.isClosing || this.isClosed) return;
    this.isClosing = true;
    this.closedHere = true;
    this.control.close('flush', 'max_connection_duration');
  }

  /**
   * A pipelined request is read in a turn of its own: the upstream connection that has just served the one before is
   * ready again by then, and no chain of answers grows the stack.
   */
  private continueSoon(): void {
    setImmediate(() => {
      if (!this.isClosed && !this.isClosing) this.guard(() => this.codec.finishStream());
    });
  }

  private countBytes(): void {
    const { stats } = this.manager;
    const dropped = this.codec.droppedUnderscores - this.droppedCounted;
    if (dropped > 0) {
      this.manager.http1Stats.add(Http1.dropped_headers_with_underscores, dropped);
      this.droppedCounted += dropped;
    }
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

const optionsByManager = new WeakMap<Manager, Http1ParserOptions>();

/** One options object per manager: it is read per connection, and there may be many. */
function parserOptionsOf(manager: Manager): Http1ParserOptions {
  let options = optionsByManager.get(manager);
  if (options === undefined) {
    const { config } = manager;
    options = {
      maxHeadBytes: config.maxHeadBytes,
      maxHeaders: config.maxHeaders,
      enableTrailers: config.enableTrailers,
      acceptHttp10: config.acceptHttp10,
      allowChunkedLength: config.allowChunkedLength,
      headersWithUnderscores: config.headersWithUnderscores,
      preserveCase: false,
      allowAbsoluteUrl: config.allowAbsoluteUrl,
    };
    optionsByManager.set(manager, options);
  }
  return options;
}
