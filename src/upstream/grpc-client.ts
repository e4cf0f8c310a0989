import type { Chunk, StreamResetReason } from '../api/codec.js';
import {
  type Cancellable,
  type Cluster,
  type ClusterManager,
  defaultPriority,
  HostWord,
  type LoadBalancerContext,
} from '../api/upstream.js';
import type { BufferPool } from '../base/buffer-pool.js';
import type { Clock } from '../base/clock.js';
import { HeaderMap, RequestHeaders, type ResponseHeaders } from '../base/header-map.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';
import { decodeGrpcMessage } from '../codec/grpc/grpc-message.js';
import { framedMessage, MessageFlag } from '../codec/grpc/message-prefix.js';
import { MessageReader } from '../codec/grpc/message-reader.js';
import { grpcTimeoutText } from '../codec/grpc/timeout-text.js';
import { grpcStatusOfHttp } from '../format/grpc-status.js';
import type { Attempt, AttemptOwner } from './attempt/attempt.js';
import { ownAttempt } from './attempt/own-attempt.js';
import { C } from './cluster-stats.js';

/** Status codes that a call of the proxy's own ends with when the service gave none. */
export const GrpcStatus = {
  ok: 0,
  unknown: 2,
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** What is called, and how. */
export interface GrpcRequest {
  readonly cluster: string;
  /** `/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit`. */
  readonly path: string;
  readonly authority: string;
  /** Added to the head as they are; names in lower case. */
  readonly metadata: readonly (readonly [name: string, value: string])[];
  /** From the start to the end of the call; 0 = none. */
  readonly timeoutMs: number;
  /** A message longer than that ends the call. */
  readonly maxMessageBytes: number;
  /** Its answers are counted as those to strangers. */
  readonly isExternal?: boolean;
}

/** Told of a call as it goes; `onEnd` once and last, unless the call was cancelled. */
export interface GrpcCallbacks {
  onMetadata?(headers: ResponseHeaders): void;
  /** The bytes are the callee's own. */
  onMessage(message: Buffer): void;
  onEnd(status: number, message: string, trailers: HeaderMap): void;
  /** More was sent than the upstream takes: stop, or go on. */
  onClogged?(isClogged: boolean): void;
}

/** A call of one request and one answer. */
export interface UnaryCallbacks {
  onReply(reply: Buffer): void;
  /** Any end without a reply, `OK` included: that is `internal`. */
  onFailure(status: number, message: string): void;
}

/** One call under way. */
export interface GrpcCall extends Cancellable {
  readonly isDone: boolean;
  send(message: Uint8Array): void;
  /** No more messages will be sent. */
  endSending(): void;
  /** Counted. */
  pauseReading(): void;
  resumeReading(): void;
}

/** What a thread's client works with; a `ThreadScope` has it all. */
export interface GrpcClientParts {
  readonly clusters: ClusterManager;
  readonly buffers: BufferPool;
  readonly clock: Clock;
  readonly timers: TimerWheel;
}

/** gRPC calls of the proxy's own, through its clusters, balancers, breakers and pools; one try each. */
export class GrpcClient {
  private readonly parts: GrpcClientParts;

  constructor(parts: GrpcClientParts) {
    this.parts = parts;
  }

  /** Begins a call of any kind. It may have ended already when this returns. */
  start(request: GrpcRequest, callbacks: GrpcCallbacks): GrpcCall {
    const call = new Call(this.parts, request, callbacks);
    call.start(this.parts.clusters.get(request.cluster));
    return call;
  }

  unary(request: GrpcRequest, message: Uint8Array, callbacks: UnaryCallbacks): GrpcCall {
    let reply: Buffer | null = null;
    const call = this.start(request, {
      onMessage: (bytes) => {
        reply = bytes;
      },
      onEnd: (status, text) => {
        if (status === GrpcStatus.ok && reply !== null) callbacks.onReply(reply);
        else if (status === GrpcStatus.ok) callbacks.onFailure(GrpcStatus.internal, 'no reply');
        else callbacks.onFailure(status, text);
      },
    });
    call.send(message);
    call.endSending();
    return call;
  }
}

/**
 * One call on one host.
 *
 *   sending ──end──► sent ──┐
 *      └── answer: head ► messages ► trailers ──► done
 *      └────────── reset, timeout, cancel ────────┘
 */
class Call implements GrpcCall, AttemptOwner, LoadBalancerContext {
  readonly wire = null;
  readonly requestHeaders: RequestHeaders;
  readonly buffers: BufferPool;
  bufferLimitBytes: number;
  readonly hash = undefined;
  readonly metadataMatch = null;
  readonly attempt = 0;
  readonly hostSelectionMaxAttempts = 1;
  private readonly parts: GrpcClientParts;
  private readonly request: GrpcRequest;
  private readonly callbacks: GrpcCallbacks;
  private readonly reader: MessageReader;
  private readonly timer: Timer;
  private readonly startedMs: number;
  private cluster: Cluster | null;
  private try: Attempt | null;
  private head: ResponseHeaders | null;
  private isSent: boolean;
  /** A message has come that cannot be read. */
  private hasCompressed: boolean;
  isDone: boolean;

  constructor(parts: GrpcClientParts, request: GrpcRequest, callbacks: GrpcCallbacks) {
    this.requestHeaders = headOf(request);
    this.buffers = parts.buffers;
    this.bufferLimitBytes = 0;
    this.parts = parts;
    this.request = request;
    this.callbacks = callbacks;
    this.reader = new MessageReader(request.maxMessageBytes, (message, flags) =>
      this.onMessage(message, flags),
    );
    this.timer = new Timer(() => this.onTimeout());
    this.startedMs = parts.clock.now();
    this.cluster = null;
    this.try = null;
    this.head = null;
    this.isSent = false;
    this.hasCompressed = false;
    this.isDone = false;
  }

  private get isInternal(): boolean {
    return this.request.isExternal !== true;
  }

  get headers(): RequestHeaders {
    return this.requestHeaders;
  }

  accepts(): boolean {
    return true;
  }

  start(cluster: Cluster | null): void {
    if (cluster === null) {
      this.end(GrpcStatus.unavailable, 'Cluster not available');
      return;
    }
    this.cluster = cluster;
    this.bufferLimitBytes = cluster.info.bufferLimitBytes;
    const isRefused = cluster.inMaintenance() || cluster.drawDrop() !== 'none';
    const host = isRefused ? null : cluster.chooseHost(this);
    const pool = host === null ? null : cluster.httpPool(host, defaultPriority, this.requestHeaders);
    if (host === null || pool === null) {
      cluster.chargeCode(503, this.isInternal, false);
      this.end(GrpcStatus.unavailable, 'no healthy upstream');
      return;
    }
    const { timeoutMs } = this.request;
    if (timeoutMs > 0) this.parts.timers.schedule(this.timer, timeoutMs);
    this.try = ownAttempt(this, cluster, host, null, (status, body) =>
      this.give(grpcStatusOfHttp(status), body),
    );
    this.try.start(pool, false);
  }

  send(message: Uint8Array): void {
    if (this.isDone || this.isSent) return;
    const buffer = framedMessage(message);
    this.try?.sendData({ buffer, start: 0, end: buffer.length }, false);
  }

  endSending(): void {
    if (this.isDone || this.isSent) return;
    this.isSent = true;
    this.try?.sendData(emptyChunk, true);
  }

  pauseReading(): void {
    if (!this.isDone) this.try?.pauseReading();
  }

  resumeReading(): void {
    if (!this.isDone) this.try?.resumeReading();
  }

  cancel(): void {
    if (this.isDone) return;
    this.stop();
    this.try?.abandon();
  }

  // AttemptOwner

  onAttemptReady(): void {
    // The request goes out; nothing here waits for it.
  }

  onAttempt1xx(): void {
    // Nobody to tell.
  }

  onPerTryTimeout(): void {
    // One try, one timeout: the call's own.
  }

  onPerTryIdleTimeout(): void {
    // As above.
  }

  onMaxDuration(): void {
    // As above.
  }

  onAttemptClogged(isClogged: boolean): void {
    this.callbacks.onClogged?.(isClogged);
  }

  onAttemptHeaders(attempt: Attempt, headers: ResponseHeaders, endStream: boolean): void {
    this.head = headers;
    attempt.host.reportStatus(headers.status);
    attempt.host.count(headers.status >= 500 ? HostWord.rqError : HostWord.rqSuccess, 1);
    this.cluster?.chargeCode(headers.status, this.isInternal, attempt.host.isCanary);
    if (endStream) {
      this.onTrailers(headers);
    } else if (headers.status !== 200) {
      this.give(grpcStatusOfHttp(headers.status), `unexpected answer with status ${headers.status}`);
    } else {
      this.callbacks.onMetadata?.(headers);
    }
  }

  onAttemptData(_attempt: Attempt, chunk: Chunk, endStream: boolean): void {
    if (!this.reader.push(chunk)) this.give(GrpcStatus.resourceExhausted, 'message too long');
    else if (this.hasCompressed) this.give(GrpcStatus.unimplemented, 'compressed message');
    else if (endStream) this.end(GrpcStatus.unknown, 'no status');
  }

  onAttemptTrailers(_attempt: Attempt, trailers: HeaderMap): void {
    if (this.reader.isBetweenMessages) this.onTrailers(trailers);
    else this.end(GrpcStatus.internal, 'incomplete message');
  }

  onAttemptReset(attempt: Attempt, reason: StreamResetReason, detail: string): void {
    if (this.isDone) return;
    if (reason !== 'overflow') attempt.host.count(HostWord.rqError, 1);
    if (this.head === null) this.cluster?.chargeCode(503, this.isInternal, false);
    this.end(GrpcStatus.unavailable, detail === '' ? reason : `${reason}: ${detail}`);
  }

  private onMessage(message: Buffer, flags: number): void {
    if (this.isDone || this.hasCompressed) return;
    // No encoding was offered, so none may be used (PROTOCOL-HTTP2, "Compressed-Flag").
    if ((flags & MessageFlag.compressed) !== 0) this.hasCompressed = true;
    else this.callbacks.onMessage(message);
  }

  /** `trailers` may be the head of an answer without a body. */
  private onTrailers(trailers: HeaderMap): void {
    if (this.isDone) return;
    const text = trailers.get('grpc-status');
    const { status } = this.head as ResponseHeaders;
    if (text === undefined) {
      this.end(grpcStatusOfHttp(status), 'no status', trailers);
      return;
    }
    const code = /^\d{1,9}$/.test(text) ? Number(text) : GrpcStatus.unknown;
    this.end(code, decodeGrpcMessage(trailers.get('grpc-message') ?? ''), trailers);
  }

  private onTimeout(): void {
    if (this.isDone) return;
    this.try?.host.reportLocalFailure('timeout');
    this.cluster?.info.stats.inc(C.upstream_rq_timeout);
    if (this.head === null) this.cluster?.chargeCode(504, this.isInternal, false);
    this.give(GrpcStatus.deadlineExceeded, 'timeout');
  }

  /** The rest of the answer is of no use. */
  private give(status: number, message: string): void {
    if (this.isDone) return;
    this.stop();
    this.try?.abandon();
    this.callbacks.onEnd(status, message, new HeaderMap());
  }

  private end(status: number, message: string, trailers = new HeaderMap()): void {
    if (this.isDone) return;
    this.stop();
    const host = this.try?.host;
    if (host !== undefined && this.head !== null) {
      this.cluster?.chargeTime(this.parts.clock.now() - this.startedMs, this.isInternal, host.isCanary);
    }
    this.callbacks.onEnd(status, message, trailers);
  }

  private stop(): void {
    this.isDone = true;
    this.parts.timers.cancel(this.timer);
  }
}

function headOf({ path, authority, metadata, timeoutMs }: GrpcRequest): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = 'POST';
  headers.path = path;
  headers.authority = authority;
  headers.scheme = 'http';
  headers.add('te', 'trailers');
  if (timeoutMs > 0) headers.add('grpc-timeout', grpcTimeoutText(timeoutMs));
  headers.add('content-type', 'application/grpc');
  for (const [name, value] of metadata) headers.add(name, value);
  return headers;
}

const emptyChunk: Chunk = { buffer: Buffer.alloc(0), start: 0, end: 0 };
