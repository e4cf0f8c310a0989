import type { ConnectionFacts } from '../../api/autopsy.js';
import type { Chunk, RequestEncoder, ResponseDecoder, StreamResetReason } from '../../api/codec.js';
import type {
  Cancellable,
  Host,
  HttpPool,
  HttpPoolCallbacks,
  PoolFailure,
  UpstreamConnectionInfo,
} from '../../api/upstream.js';
import type { BufferPool } from '../../base/buffer-pool.js';
import { ChunkQueue } from '../../base/chunk-queue.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import { Timer, type TimerWheel } from '../../base/timer-wheel.js';
import type { WireMeter } from '../../base/wire-meter.js';
import type { AttemptLog } from './attempt-log.js';
import { IdleWatch } from './idle-watch.js';

/** What an attempt tells the router of. After `onAttemptReset` or a complete response nothing follows. */
export interface AttemptOwner {
  readonly requestHeaders: RequestHeaders;
  readonly buffers: BufferPool;
  readonly bufferLimitBytes: number;
  /** Where what goes over the wire is counted, over all attempts; null when nobody asks. */
  readonly wire: WireMeter | null;
  onAttemptReady(attempt: Attempt, connection: UpstreamConnectionInfo): void;
  onAttempt1xx(attempt: Attempt, headers: ResponseHeaders): void;
  onAttemptHeaders(attempt: Attempt, headers: ResponseHeaders, endStream: boolean): void;
  onAttemptData(attempt: Attempt, chunk: Chunk, endStream: boolean): void;
  onAttemptTrailers(attempt: Attempt, trailers: HeaderMap): void;
  onAttemptReset(attempt: Attempt, reason: StreamResetReason, detail: string): void;
  onPerTryTimeout(attempt: Attempt): void;
  onPerTryIdleTimeout(attempt: Attempt): void;
  /** It has lasted longer than the cluster lets anything last; only where that was armed. */
  onMaxDuration(attempt: Attempt): void;
  /** The upstream's side is clogged, or free again: the client should stop, or go on. */
  onAttemptClogged(isClogged: boolean): void;
}

/**
 * One try of a request on one host.
 *
 *   waiting for a connection ──ready──► sending ──► response ──► done
 *          └────────── failed ───────────┴── reset ──┘
 */
export class Attempt implements ResponseDecoder, HttpPoolCallbacks {
  readonly host: Host;
  /** Its access log entries; null where none are written. */
  readonly log: AttemptLog | null;
  /** The per-try timeout; null until it is armed. */
  private timer: Timer | null;
  /** The per-try idle timeout; null until it is armed. */
  private idle: IdleWatch | null;
  /** How long it may last in all; null until it is armed. */
  private duration: IdleWatch | null;
  private readonly owner: AttemptOwner;
  private encoder: RequestEncoder | null;
  private waiting: Cancellable | null;
  private queue: ChunkQueue | null;
  private trailers: HeaderMap | null;
  private headersEnd: boolean;
  private queueEnd: boolean;
  private isClogged: boolean;
  /** An upgrade: what the client sends ahead waits until the upstream has agreed to it. */
  private isHeld: boolean;
  isDone: boolean;
  /** The whole request has been handed to the codec. */
  isRequestSent: boolean;
  hasSentBytes: boolean;
  hasResponse: boolean;
  /** It has outlasted its per-try timeout and another attempt was started beside it. */
  isHedged: boolean;
  /** Outlier detection has been told of its timeout. */
  hasTimedOut: boolean;
  /** Why the pool had nothing; null otherwise. */
  poolFailure: PoolFailure | null;
  connection: UpstreamConnectionInfo | null;
  private pausedReads: number;
  /** Of the connection, which the next request on it begins anew. */
  private meter: WireMeter | null;

  constructor(owner: AttemptOwner, host: Host, log: AttemptLog | null = null) {
    this.host = host;
    this.log = log;
    this.timer = null;
    this.idle = null;
    this.duration = null;
    this.owner = owner;
    this.encoder = null;
    this.waiting = null;
    this.queue = null;
    this.trailers = null;
    this.headersEnd = false;
    this.queueEnd = false;
    this.isClogged = false;
    this.isHeld = false;
    this.isDone = false;
    this.isRequestSent = false;
    this.hasSentBytes = false;
    this.hasResponse = false;
    this.isHedged = false;
    this.hasTimedOut = false;
    this.poolFailure = null;
    this.connection = null;
    this.pausedReads = 0;
    this.meter = null;
  }

  /** Asks the pool; the request goes out as soon as there is a connection. */
  start(pool: HttpPool, endStream: boolean, isUpgrade = false): void {
    this.headersEnd = endStream;
    this.isHeld = isUpgrade;
    const waiting = pool.newStream(this, this);
    if (!this.isDone && this.encoder === null) this.waiting = waiting;
  }

  armPerTry(timers: TimerWheel, delayMs: number): void {
    this.timer ??= new Timer(() => this.owner.onPerTryTimeout(this));
    timers.schedule(this.timer, delayMs);
  }

  /** Ends the attempt when nothing moves for that long, before the response begins and after. */
  armIdle(timers: TimerWheel, delayMs: number): void {
    this.idle ??= new IdleWatch(timers, delayMs, () => this.owner.onPerTryIdleTimeout(this));
    this.idle.touch();
  }

  /** Ends the attempt after that long, whatever moves. */
  armDuration(timers: TimerWheel, delayMs: number): void {
    this.duration = new IdleWatch(timers, delayMs, () => this.owner.onMaxDuration(this));
    this.duration.touch();
  }

  cancelPerTry(timers: TimerWheel): void {
    if (this.timer !== null) timers.cancel(this.timer);
  }

  /** What its connection has to say for its failure; null when it never got one. */
  facts(): ConnectionFacts | null {
    return this.connection?.facts() ?? this.poolFailure?.facts ?? null;
  }

  get isReady(): boolean {
    return this.encoder !== null;
  }

  sendData(chunk: Chunk, endStream: boolean): void {
    if (this.isDone) return;
    if (this.idle !== null) this.idle.touch();
    if (this.log !== null) this.log.info.bytesSent += chunk.end - chunk.start;
    if (this.encoder !== null && !this.isHeld) {
      if (endStream) this.onRequestSent();
      this.encoder.encodeData(chunk, endStream);
      return;
    }
    this.queue ??= new ChunkQueue(this.owner.buffers);
    this.queue.push(chunk.buffer, chunk.start, chunk.end);
    if (endStream) this.queueEnd = true;
    const limit = this.owner.bufferLimitBytes;
    if (!this.isClogged && limit > 0 && this.queue.byteLength > limit) this.clog(true);
  }

  sendTrailers(trailers: HeaderMap): void {
    if (this.isDone) return;
    if (this.encoder !== null) {
      this.onRequestSent();
      this.encoder.encodeTrailers(trailers);
    } else {
      this.trailers = trailers;
    }
  }

  pauseReading(): void {
    this.pausedReads++;
    this.encoder?.pauseReading();
  }

  resumeReading(): void {
    if (this.pausedReads === 0) return;
    this.pausedReads--;
    this.encoder?.resumeReading();
  }

  /** Gives the attempt up: its connection (HTTP/1) closes, or its place in the queue is freed. */
  abandon(): void {
    if (this.isDone) return;
    this.end();
    this.waiting?.cancel();
    this.encoder?.reset('local-reset');
    this.log?.end(false);
  }

  // HttpPoolCallbacks

  onPoolReady(encoder: RequestEncoder, connection: UpstreamConnectionInfo): void {
    this.waiting = null;
    this.encoder = encoder;
    this.connection = connection;
    const { wire } = this.owner;
    if (wire !== null) this.count(encoder, wire);
    for (let i = 0; i < this.pausedReads; i++) encoder.pauseReading();
    this.host.reportConnected();
    this.log?.onReady(connection);
    this.owner.onAttemptReady(this, connection);
    this.hasSentBytes = true;
    if (this.headersEnd) this.onRequestSent();
    encoder.encodeHeaders(this.owner.requestHeaders, this.headersEnd);
    if (!this.isHeld) this.sendQueued(encoder);
  }

  private count(encoder: RequestEncoder, wire: WireMeter): void {
    this.meter = encoder.countFrom(wire);
    wire.live = this.meter;
  }

  private stopCounting(meter: WireMeter): void {
    const { wire } = this.owner;
    wire?.copy(meter);
    if (wire?.live === meter) wire.live = null;
    this.meter = null;
  }

  private sendQueued(encoder: RequestEncoder): void {
    const { queue } = this;
    if (queue !== null) {
      this.queue = null;
      queue.drain((buffer, start, end) => encoder.encodeData({ buffer, start, end }, false));
    }
    if (this.trailers !== null) {
      this.onRequestSent();
      encoder.encodeTrailers(this.trailers);
    } else if (this.queueEnd) {
      this.onRequestSent();
      encoder.encodeData(emptyChunk, true);
    }
    if (this.isClogged) this.clog(false);
  }

  onPoolFailure(failure: PoolFailure): void {
    this.waiting = null;
    if (this.isDone) return;
    this.poolFailure = failure;
    this.end();
    if (this.hadNoPlace) this.log?.forgetHost();
    this.log?.onReset(failure.reason, failure.transportFailure);
    this.log?.end(false);
    this.owner.onAttemptReset(this, failure.reason, failure.transportFailure);
  }

  /** Nothing could wait for the host any more; Envoy counts that as no host. */
  get hadNoPlace(): boolean {
    return this.poolFailure?.limit === 'max_pending_requests';
  }

  // ResponseDecoder

  on1xx(headers: ResponseHeaders): void {
    this.owner.onAttempt1xx(this, headers);
  }

  onHeaders(headers: ResponseHeaders, endStream: boolean): void {
    if (this.isDone) return;
    this.hasResponse = true;
    if (this.idle !== null) this.idle.touch();
    if (this.isHeld && headers.status === 101 && this.encoder !== null) {
      this.isHeld = false;
      this.sendQueued(this.encoder);
    }
    this.log?.onHeaders(headers);
    if (endStream) this.end();
    this.owner.onAttemptHeaders(this, headers, endStream);
    if (endStream) this.log?.end(true);
  }

  onData(chunk: Chunk, endStream: boolean): void {
    if (this.isDone) return;
    if (this.idle !== null) this.idle.touch();
    if (this.log !== null) this.log.info.bytesReceived += chunk.end - chunk.start;
    if (endStream) this.end();
    this.owner.onAttemptData(this, chunk, endStream);
    if (endStream) this.log?.end(true);
  }

  onTrailers(trailers: HeaderMap): void {
    if (this.isDone) return;
    this.log?.onTrailers(trailers);
    this.end();
    this.owner.onAttemptTrailers(this, trailers);
    this.log?.end(true);
  }

  onReset(reason: StreamResetReason, detail: string): void {
    if (this.isDone) return;
    this.end();
    this.log?.onReset(reason, detail);
    this.log?.end(false);
    this.owner.onAttemptReset(this, reason, detail);
  }

  onAboveWatermark(): void {
    if (!this.isDone) this.clog(true);
  }

  onBelowWatermark(): void {
    if (!this.isDone) this.clog(false);
  }

  private onRequestSent(): void {
    this.isRequestSent = true;
    this.log?.onSent();
  }

  private clog(isClogged: boolean): void {
    if (this.isClogged === isClogged) return;
    this.isClogged = isClogged;
    this.owner.onAttemptClogged(isClogged);
  }

  /** The connection serves others, though the owner has not heard all of the response yet. */
  protected release(): void {
    if (this.meter !== null) this.stopCounting(this.meter);
    this.encoder = null;
  }

  protected end(): void {
    this.isDone = true;
    if (this.meter !== null) this.stopCounting(this.meter);
    this.idle?.cancel();
    this.duration?.cancel();
    while (this.pausedReads > 0) this.resumeReading();
    this.queue?.clear();
    this.queue = null;
    if (this.isClogged) this.clog(false);
  }
}

const noBytes = Buffer.alloc(0);
const emptyChunk: Chunk = { buffer: noBytes, start: 0, end: 0 };
