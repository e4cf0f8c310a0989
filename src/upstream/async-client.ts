import type { Chunk, StreamResetReason } from '../api/codec.js';
import type { RetryPolicyConfig } from '../api/route.js';
import type { RuntimeView } from '../api/runtime.js';
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
import type { Random } from '../base/random.js';
import { Timer, type TimerWheel } from '../base/timer-wheel.js';
import type { Attempt, AttemptOwner } from './attempt/attempt.js';
import { ownAttempt } from './attempt/own-attempt.js';
import { makeRetryState, type RetryState } from './attempt/retry-state.js';
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
  /** Tries besides the first; null or absent: none. */
  readonly retryPolicy?: RetryPolicyConfig | null;
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
  readonly random: Random;
  readonly runtime: RuntimeView;
}

/** A client's own part of the scope: its requests say where they come from, and are counted. */
export interface AsyncClientScope extends AsyncClientParts {
  readonly node: NodeIdentity;
  readonly stats: StatScope;
}

/** Requests of the proxy's own, through its clusters, balancers, breakers and pools; one try each, or more by a policy. */
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
  private introduce(request: AsyncRequest): void {
    const { headers, hidesAddress } = request;
    headers.set('x-envoy-internal', 'true');
    if (hidesAddress !== true) headers.append('x-forwarded-for', this.parts.node.localAddress);
    sayExpected(request, 0);
  }
}

/** How long the server may take for this try. */
function sayExpected({ headers, timeoutMs, retryPolicy }: AsyncRequest, elapsedMs: number): void {
  const left = timeoutMs > 0 ? Math.max(1, Math.floor(timeoutMs - elapsedMs)) : Number.POSITIVE_INFINITY;
  const perTry = retryPolicy?.perTryTimeoutMs || Number.POSITIVE_INFINITY;
  const expected = Math.min(left, perTry);
  if (expected < Number.POSITIVE_INFINITY) headers.set('x-envoy-expected-rq-timeout-ms', String(expected));
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
  /** Null: what fails has failed. */
  private readonly retry: RetryState | null;
  private backOff: Timer | null;
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
    this.retry = this.makeRetry();
    this.backOff = null;
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

  private makeRetry(): RetryState | null {
    const { cluster, parts, request } = this;
    const { retryPolicy = null } = request;
    if (retryPolicy === null) return null;
    const { clock, random, runtime } = parts;
    const breaker = cluster.breaker(defaultPriority);
    return makeRetryState(retryPolicy, request.headers, false, {
      stats: cluster.info.stats,
      breaker,
      random,
      runtime,
      clock,
    });
  }

  start(): void {
    if (this.request.timeoutMs > 0) this.parts.timers.schedule(this.timer, this.request.timeoutMs);
    this.startTry();
  }

  private startTry(): void {
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

  onPerTryTimeout(attempt: Attempt): void {
    const { cluster, retry } = this;
    if (this.isDone || attempt.isDone || attempt.hasResponse) return;
    cluster.info.stats.inc(C.upstream_rq_per_try_timeout);
    attempt.host.reportLocalFailure('timeout');
    attempt.host.count(HostWord.rqTimeout, 1);
    attempt.host.count(HostWord.rqError, 1);
    const isRetried = retry !== null && retry.onPerTryTimeout() === 'yes';
    if (isRetried) this.retryLater(retry);
    else this.fail('timeout', 504);
    attempt.abandon();
  }

  onPerTryIdleTimeout(): void {
    // No policy of these requests has one.
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

  onAttemptReady(attempt: Attempt, _connection: UpstreamConnectionInfo): void {
    const perTryMs = this.request.retryPolicy?.perTryTimeoutMs ?? 0;
    if (perTryMs > 0) attempt.armPerTry(this.parts.timers, perTryMs);
  }

  onAttempt1xx(): void {
    // Nobody to tell.
  }

  onAttemptHeaders(attempt: Attempt, headers: ResponseHeaders, endStream: boolean): void {
    attempt.host.reportStatus(headers.status);
    attempt.cancelPerTry(this.parts.timers);
    if (this.retry !== null && this.retry.onHeaders(headers) === 'yes') {
      this.cluster.chargeRetryCode(headers.status);
      attempt.host.count(HostWord.rqError, 1);
      if (!endStream) attempt.abandon();
      this.retryLater(this.retry);
      return;
    }
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
    attempt.cancelPerTry(this.parts.timers);
    const retry = this.responseHeaders === null ? this.retry : null;
    if (retry !== null && retry.onReset(reason, attempt.hasSentBytes) === 'yes') {
      this.retryLater(retry);
      return;
    }
    this.fail(detail === '' ? reason : `${reason}: ${detail}`, this.responseHeaders === null ? 503 : 0);
  }

  onAttemptClogged(): void {
    // The body is in memory as a whole; what waits in the socket waits there.
  }

  private retryLater(retry: RetryState): void {
    this.try = null;
    this.backOff ??= new Timer(() => this.onBackOffOver(retry));
    this.parts.timers.schedule(this.backOff, retry.backOffMs());
  }

  private onBackOffOver(retry: RetryState): void {
    if (this.isDone) return;
    retry.onRetry();
    sayExpected(this.request, this.parts.clock.now() - this.startedMs);
    this.startTry();
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
    if (this.backOff !== null) this.parts.timers.cancel(this.backOff);
    this.retry?.release();
    this.try?.cancelPerTry(this.parts.timers);
    this.body?.clear();
    this.body = null;
  }
}

const noBytes = Buffer.alloc(0);
