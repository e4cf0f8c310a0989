import type { Chunk, StreamResetReason } from '../api/codec.js';
import {
  type Cluster,
  defaultPriority,
  type Host,
  HostWord,
  type LoadBalancerContext,
} from '../api/upstream.js';
import type { BufferPool } from '../base/buffer-pool.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import { Timer } from '../base/timer-wheel.js';
import { WireMeter } from '../base/wire-meter.js';
import { ownConnection } from '../stream/own-connection.js';
import { StreamRecord } from '../stream/stream-record.js';
import type { AsyncClientParts } from './async-client.js';
import type { Attempt, AttemptOwner } from './attempt/attempt.js';
import { AttemptLog, type AttemptLogs } from './attempt/attempt-log.js';
import { ownAttempt } from './attempt/own-attempt.js';
import { C } from './cluster-stats.js';

/** Told while a mirror cannot take more of the request's body. */
export type OnClogged = (isClogged: boolean) => void;

/** A copy of a request, sent while the request itself is; nobody looks at its answer. */
export class MirroredRequest implements AttemptOwner, LoadBalancerContext {
  readonly wire: WireMeter | null;
  readonly requestHeaders: RequestHeaders;
  readonly buffers: BufferPool;
  readonly bufferLimitBytes: number;
  readonly hash = undefined;
  readonly metadataMatch = null;
  readonly attempt = 0;
  readonly hostSelectionMaxAttempts = 1;
  private readonly cluster: Cluster;
  private readonly parts: AsyncClientParts;
  private readonly timeoutMs: number;
  private readonly onClogged: OnClogged;
  private readonly logs: AttemptLogs;
  private readonly timer: Timer;
  private try: Attempt | null;
  private completeMs: number;
  private isComplete: boolean;
  private status: number;
  private isDone: boolean;

  /** `headers` are its own from now on. `timeoutMs` counts from the end of the request; 0 = none. */
  constructor(
    cluster: Cluster,
    parts: AsyncClientParts,
    headers: RequestHeaders,
    timeoutMs: number,
    bufferLimitBytes: number,
    onClogged: OnClogged,
    logs: AttemptLogs,
  ) {
    this.requestHeaders = headers;
    this.buffers = parts.buffers;
    this.bufferLimitBytes = bufferLimitBytes;
    this.cluster = cluster;
    this.parts = parts;
    this.timeoutMs = timeoutMs;
    this.onClogged = onClogged;
    this.logs = logs;
    this.wire = logs.logs.length === 0 ? null : new WireMeter();
    this.timer = new Timer(() => this.onTimeout());
    this.try = null;
    this.completeMs = 0;
    this.isComplete = false;
    this.status = 0;
    this.isDone = false;
  }

  get headers(): RequestHeaders {
    return this.requestHeaders;
  }

  accepts(): boolean {
    return true;
  }

  start(endStream: boolean): void {
    const { cluster } = this;
    const isInMaintenance = cluster.inMaintenance();
    if (isInMaintenance || cluster.drawDrop() !== 'none') {
      if (isInMaintenance) cluster.info.stats.inc(C.upstream_rq_maintenance_mode);
      this.fail(503);
      return;
    }
    const host = cluster.chooseHost(this);
    const pool = host === null ? null : cluster.httpPool(host, defaultPriority);
    if (host === null || pool === null) {
      this.fail(503);
      return;
    }
    const attempt = ownAttempt(this, cluster, host, this.logOf(host), (status) => this.onReply(status));
    this.try = attempt;
    attempt.start(pool, endStream);
    if (endStream) this.onRequestComplete();
  }

  /** A filter of the attempt has answered. */
  private onReply(status: number): void {
    if (this.isDone) return;
    this.fail(this.status === 0 ? status : 0);
    this.try?.abandon();
  }

  /** Nobody is at the other end of a copy. */
  private logOf(host: Host): AttemptLog | null {
    if (this.logs.logs.length === 0 && this.cluster.info.traffic === null) return null;
    const { clock } = this.parts;
    const info = new StreamRecord(ownConnection, 0, clock.now(), clock.wallMs(), 0);
    info.upstreamWire = this.wire;
    return new AttemptLog(this.logs, info, this.requestHeaders, this.cluster, host, 0);
  }

  sendData(chunk: Chunk, endStream: boolean): void {
    if (this.isDone) return;
    this.try?.sendData(chunk, endStream);
    if (endStream) this.onRequestComplete();
  }

  sendTrailers(trailers: HeaderMap): void {
    if (this.isDone) return;
    this.try?.sendTrailers(trailers);
    this.onRequestComplete();
  }

  /** The request has ended: a copy that was sent completely goes on without it, another one is given up. */
  release(): void {
    if (this.isDone || this.isComplete) return;
    this.end();
    this.try?.abandon();
  }

  private onRequestComplete(): void {
    if (this.isDone) return;
    this.isComplete = true;
    this.completeMs = this.parts.clock.now();
    if (this.timeoutMs > 0) this.parts.timers.schedule(this.timer, this.timeoutMs);
  }

  // AttemptOwner

  onAttemptReady(): void {
    // The copy goes out; nothing here waits for it.
  }

  onAttempt1xx(): void {
    // Nobody to tell.
  }

  onPerTryTimeout(): void {
    // One try, one timeout.
  }

  onPerTryIdleTimeout(): void {
    // As above.
  }

  onMaxDuration(): void {
    // As above.
  }

  onAttemptHeaders(attempt: Attempt, headers: ResponseHeaders, endStream: boolean): void {
    const { status } = headers;
    attempt.host.reportStatus(status);
    attempt.host.count(status >= 500 ? HostWord.rqError : HostWord.rqSuccess, 1);
    this.status = status;
    this.cluster.chargeCode(status, true, attempt.host.isCanary);
    if (endStream) this.complete(attempt);
  }

  onAttemptData(attempt: Attempt, _chunk: Chunk, endStream: boolean): void {
    if (endStream) this.complete(attempt);
  }

  onAttemptTrailers(attempt: Attempt): void {
    this.complete(attempt);
  }

  onAttemptReset(attempt: Attempt, reason: StreamResetReason): void {
    if (this.isDone) return;
    if (reason !== 'overflow') attempt.host.count(HostWord.rqError, 1);
    this.fail(this.status === 0 ? 503 : 0);
  }

  onAttemptClogged(isClogged: boolean): void {
    if (!this.isComplete) this.onClogged(isClogged);
  }

  private complete(attempt: Attempt): void {
    this.end();
    if (!this.isComplete) return;
    this.cluster.chargeTime(this.parts.clock.now() - this.completeMs, true, attempt.host.isCanary);
  }

  private onTimeout(): void {
    if (this.isDone) return;
    const attempt = this.try;
    this.cluster.info.stats.inc(C.upstream_rq_timeout);
    attempt?.host.reportLocalFailure('timeout');
    attempt?.host.count(HostWord.rqTimeout, 1);
    this.fail(this.status === 0 ? 504 : 0);
    attempt?.abandon();
  }

  /** `status` is what the cluster's counters see of it; 0 when they have seen one already. */
  private fail(status: number): void {
    this.end();
    if (status !== 0) this.cluster.chargeCode(status, true, false);
  }

  private end(): void {
    this.isDone = true;
    this.parts.timers.cancel(this.timer);
  }
}
