import type { Chunk, StreamResetReason } from '../api/codec.js';
import type { Counter, StatScope } from '../api/stats.js';
import type { NodeIdentity } from '../api/thread-scope.js';
import type {
  Cancellable,
  Cluster,
  ClusterManager,
  Host,
  LoadBalancerContext,
  UpstreamConnectionInfo,
} from '../api/upstream.js';
import { defaultPriority, HostWord } from '../api/upstream.js';
import type { BufferPool } from '../base/buffer-pool.js';
import { ChunkQueue } from '../base/chunk-queue.js';
import type { Clock } from '../base/clock.js';
import { type HeaderMap, type RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';
import type { Attempt, AttemptOwner } from './attempt/attempt.js';
import { ownAttempt } from './attempt/own-attempt.js';
import { C } from './cluster-stats.js';

/** A request of the proxy's own. */
export interface AsyncRequest {
  /** Complete: method, path, authority, scheme and fields. */
  readonly headers: RequestHeaders;
  readonly body: Uint8Array | null;
  /** From the start to the last byte of the answer; 0 = none. */
  readonly timeoutMs: number;
  /** Bytes of body above which the answer is given up. */
  readonly limitBytes: number;
  /** The request does not say in x-forwarded-for which proxy it comes from. */
  readonly hidesAddress?: boolean;
}

export interface AsyncResponse {
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
  readonly trailers: HeaderMap | null;
}

/** Told once, unless the request was cancelled. */
export interface AsyncCallbacks {
  onResponse(response: AsyncResponse): void;
  /** Nothing complete came: `reason` is for people, `no_cluster`, `timeout`, a reset reason. */
  onFailure(reason: string): void;
}

/** What a thread's client works with; a `ThreadScope` has it all. */
export interface AsyncClientParts {
  readonly clusters: ClusterManager;
  readonly buffers: BufferPool;
  readonly clock: Clock;
  readonly timers: TimerWheel;
}

/** A client's own part of the scope: its requests say where they come from, and are counted. */
export interface AsyncClientScope extends AsyncClientParts {
  readonly node: NodeIdentity;
  readonly stats: StatScope;
}

/** Requests of the proxy's own, through its clusters, balancers, breakers and pools; one try each. */
export class AsyncClient {
  private readonly parts: AsyncClientScope;
  private readonly requests: Counter;

  constructor(parts: AsyncClientScope) {
    this.parts = parts;
    this.requests = parts.stats.counter('http.async-client.rq_total');
  }

  /** Answers null when the callbacks have been told already, else a handle that gives the request up. */
  send(clusterName: string, request: AsyncRequest, callbacks: AsyncCallbacks): Cancellable | null {
    const cluster = this.parts.clusters.get(clusterName);
    if (cluster === null) {
      callbacks.onFailure('no_cluster');
      return null;
    }
    this.requests.inc();
    this.introduce(request);
    const call = new Call(cluster, this.parts, request, callbacks);
    call.start();
    return call.isDone ? null : call;
  }

  /** What Envoy's router adds to a request of the proxy's own. */
  private introduce({ headers, hidesAddress, timeoutMs }: AsyncRequest): void {
    headers.set('x-envoy-internal', 'true');
    if (hidesAddress !== true) headers.append('x-forwarded-for', this.parts.node.localAddress);
    if (timeoutMs > 0) headers.set('x-envoy-expected-rq-timeout-ms', String(timeoutMs));
  }
}

class Call implements AttemptOwner, LoadBalancerContext, Cancellable {
  readonly wire = null;
  readonly requestHeaders: RequestHeaders;
  readonly buffers: BufferPool;
  readonly bufferLimitBytes = 0;
  readonly hash = undefined;
  readonly metadataMatch = null;
  readonly attempt = 0;
  readonly hostSelectionMaxAttempts = 1;
  private readonly cluster: Cluster;
  private readonly parts: AsyncClientParts;
  private readonly request: AsyncRequest;
  private readonly callbacks: AsyncCallbacks;
  private readonly startedMs: number;
  private readonly timer: Timer;
  private try: Attempt | null;
  private responseHeaders: ResponseHeaders | null;
  private body: ChunkQueue | null;
  isDone: boolean;

  constructor(cluster: Cluster, parts: AsyncClientParts, request: AsyncRequest, callbacks: AsyncCallbacks) {
    this.requestHeaders = request.headers;
    this.buffers = parts.buffers;
    this.cluster = cluster;
    this.parts = parts;
    this.request = request;
    this.callbacks = callbacks;
    this.startedMs = parts.clock.now();
    this.timer = new Timer(() => this.onTimeout());
    this.try = null;
    this.responseHeaders = null;
    this.body = null;
    this.isDone = false;
  }

  get headers(): RequestHeaders {
    return this.requestHeaders;
  }

  accepts(): boolean {
    return true;
  }

  start(): void {
    const { cluster, request } = this;
    if (cluster.inMaintenance()) {
      this.fail('maintenance_mode', 503);
      return;
    }
    if (cluster.drawDrop() !== 'none') {
      this.fail('drop_overload', 503);
      return;
    }
    const host = cluster.chooseHost(this);
    const pool = host === null ? null : cluster.httpPool(host, defaultPriority);
    if (host === null || pool === null) {
      this.fail('no_healthy_upstream', 503);
      return;
    }
    if (request.timeoutMs > 0) this.parts.timers.schedule(this.timer, request.timeoutMs);
    const attempt = ownAttempt(this, cluster, host, null, (status, body) => this.onReply(status, body));
    this.try = attempt;
    const { body } = request;
    attempt.start(pool, body === null);
    if (body === null || this.isDone) return;
    const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    attempt.sendData({ buffer, start: 0, end: buffer.length }, true);
  }

  /** A filter of the attempt has answered: that is the response, unless one has begun. */
  private onReply(status: number, body: string): void {
    if (this.isDone) return;
    const hasResponse = this.responseHeaders !== null;
    this.end();
    this.try?.abandon();
    if (hasResponse) this.callbacks.onFailure('filter');
    else
      this.callbacks.onResponse({
        headers: new ResponseHeaders(status),
        body: Buffer.from(body),
        trailers: null,
      });
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

  cancel(): void {
    if (this.isDone) return;
    this.end();
    this.try?.abandon();
  }

  // AttemptOwner

  onAttemptReady(_attempt: Attempt, _connection: UpstreamConnectionInfo): void {
    // The request goes out; nothing here waits for it.
  }

  onAttempt1xx(): void {
    // Nobody to tell.
  }

  onAttemptHeaders(attempt: Attempt, headers: ResponseHeaders, endStream: boolean): void {
    attempt.host.reportStatus(headers.status);
    attempt.host.count(headers.status >= 500 ? HostWord.rqError : HostWord.rqSuccess, 1);
    this.cluster.chargeCode(headers.status, true, attempt.host.isCanary);
    const elapsed = Math.max(0, Math.floor(this.parts.clock.now() - this.startedMs));
    headers.set('x-envoy-upstream-service-time', String(elapsed));
    this.responseHeaders = headers;
    if (endStream) this.complete(attempt.host, null);
  }

  onAttemptData(attempt: Attempt, chunk: Chunk, endStream: boolean): void {
    this.body ??= new ChunkQueue(this.buffers);
    this.body.push(chunk.buffer, chunk.start, chunk.end);
    if (this.body.byteLength > this.request.limitBytes) {
      this.end();
      attempt.abandon();
      this.callbacks.onFailure('response_too_large');
      return;
    }
    if (endStream) this.complete(attempt.host, null);
  }

  onAttemptTrailers(attempt: Attempt, trailers: HeaderMap): void {
    this.complete(attempt.host, trailers);
  }

  onAttemptReset(attempt: Attempt, reason: StreamResetReason, detail: string): void {
    if (this.isDone) return;
    if (reason !== 'overflow') attempt.host.count(HostWord.rqError, 1);
    this.fail(detail === '' ? reason : `${reason}: ${detail}`, this.responseHeaders === null ? 503 : 0);
  }

  onAttemptClogged(): void {
    // The body is in memory as a whole; what waits in the socket waits there.
  }

  private complete(host: Host, trailers: HeaderMap | null): void {
    const body = this.body === null ? noBytes : this.body.concat();
    this.end();
    this.cluster.chargeTime(this.parts.clock.now() - this.startedMs, true, host.isCanary);
    this.callbacks.onResponse({ headers: this.responseHeaders as ResponseHeaders, body, trailers });
  }

  private onTimeout(): void {
    if (this.isDone) return;
    const attempt = this.try;
    attempt?.host.reportLocalFailure('timeout');
    this.cluster.info.stats.inc(C.upstream_rq_timeout);
    this.fail('timeout', 504);
    attempt?.abandon();
  }

  /** `status` is what the cluster's counters see of it; 0 when they have seen a status already. */
  private fail(reason: string, status: number): void {
    this.end();
    if (status !== 0) this.cluster.chargeCode(status, true, false);
    this.callbacks.onFailure(reason);
  }

  private end(): void {
    this.isDone = true;
    this.parts.timers.cancel(this.timer);
    this.body?.clear();
    this.body = null;
  }
}

const noBytes = Buffer.alloc(0);
