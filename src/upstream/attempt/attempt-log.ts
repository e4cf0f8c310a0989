import type { AccessLog } from '../../api/access-log.js';
import type { StreamResetReason } from '../../api/codec.js';
import { ResponseFlag } from '../../api/response-flags.js';
import type { LogContext, StreamInfo } from '../../api/stream-info.js';
import type { Cluster, ClusterTraffic, Host, UpstreamConnectionInfo } from '../../api/upstream.js';
import type { Clock } from '../../base/clock.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import { Timer, type TimerWheel } from '../../base/timer-wheel.js';
import type { WireMeter } from '../../base/wire-meter.js';
import { StreamRecord } from '../../stream/stream-record.js';
import { failureOf, transportReason } from './upstream-failure.js';

/** What is written of attempts, and when besides at the end of each. */
export interface AttemptLogs {
  readonly logs: readonly AccessLog[];
  /** Also as soon as an attempt has its connection. */
  readonly logsStart: boolean;
  /** Also while it lasts; 0 = not. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly timers: TimerWheel;
}

/**
 * One attempt as access logs see it: bytes are those of the upstream, the protocol is the upstream's, and what filters
 * wrote about the client's stream is not there.
 */
export class AttemptLog implements LogContext {
  readonly info: StreamRecord;
  readonly requestHeaders: RequestHeaders;
  responseHeaders: ResponseHeaders | null;
  responseTrailers: HeaderMap | null;
  logType: string;
  private readonly logs: AttemptLogs;
  private readonly traffic: ClusterTraffic | null;
  /** Of the attempt, as its cluster measures it. */
  private timeoutMs: number | null;
  private readonly timer: Timer | null;
  /** Of the client's stream; shown from when there is a connection. */
  private readonly downstreamWire: WireMeter | null;
  private isOver: boolean;

  constructor(
    logs: AttemptLogs,
    downstream: StreamInfo,
    headers: RequestHeaders,
    cluster: Cluster,
    host: Host,
    perTryMs: number,
  ) {
    const { clock, intervalMs } = logs;
    const { connection, id, randomValue } = downstream;
    const info = new StreamRecord(connection, id, clock.now(), clock.wallMs(), randomValue);
    info.filterState = null;
    info.times.upstreamStartMs = info.times.startMs;
    info.remoteAddress = downstream.remoteAddress;
    info.routeName = downstream.routeName;
    info.routeMetadata = downstream.routeMetadata;
    info.virtualHostName = downstream.virtualHostName;
    info.virtualHostMetadata = downstream.virtualHostMetadata;
    info.isGrpcRequest = downstream.isGrpcRequest;
    info.isHealthCheck = downstream.isHealthCheck;
    info.upstreamWire = downstream.upstreamWire;
    info.upstreamClusterName = cluster.info.name;
    info.upstreamClusterStatName = cluster.info.statName;
    info.clusterMetadata = cluster.info.metadata;
    info.upstreamHost = host;
    this.info = info;
    this.logs = logs;
    this.traffic = cluster.info.traffic;
    this.timeoutMs = perTryMs;
    this.requestHeaders = headers;
    this.responseHeaders = null;
    this.responseTrailers = null;
    this.logType = '';
    this.timer = intervalMs > 0 ? new Timer(() => this.onInterval()) : null;
    this.downstreamWire = downstream.downstreamWire;
    this.isOver = false;
  }

  onReady(connection: UpstreamConnectionInfo): void {
    const { info, logs, timer } = this;
    info.hostsAttempted = [connection.host];
    info.upstreamLocalAddress = connection.localAddress;
    info.upstreamTls = connection.tls;
    info.upstreamProtocol = connection.protocol;
    info.protocol = connection.protocol;
    info.upstreamConnectionId = connection.id;
    info.upstreamConnectionTimes = connection.times;
    info.times.upstreamFirstTxMs = logs.clock.now();
    info.downstreamWire = this.downstreamWire;
    if (logs.logsStart) this.write('UpstreamPoolReady');
    if (timer !== null) logs.timers.schedule(timer, logs.intervalMs);
  }

  /** The whole request has been handed to the codec. */
  onSent(): void {
    this.info.times.upstreamLastTxMs = this.logs.clock.now();
  }

  /** What was received, before anybody changes it. */
  onHeaders(headers: ResponseHeaders): void {
    this.info.times.upstreamFirstRxMs = this.logs.clock.now();
    this.info.responseCode = headers.status;
    this.responseHeaders = headers.clone();
  }

  onTrailers(trailers: HeaderMap): void {
    this.responseTrailers = trailers;
  }

  onReset(reason: StreamResetReason, detail: string): void {
    const { info, logs } = this;
    info.responseFlags |= failureOf(reason).flag;
    info.upstreamTransportFailureReason = transportReason(reason, detail);
    if (Number.isNaN(info.times.upstreamFirstTxMs)) info.times.upstreamFirstTxMs = logs.clock.now();
  }

  forgetHost(): void {
    this.info.upstreamHost = null;
  }

  onTryTimeout(): void {
    this.info.responseFlags |= ResponseFlag.upstreamRequestTimeout;
  }

  /** The request as a whole has run out of time. */
  onRequestTimeout(): void {
    this.timeoutMs = null;
  }

  /** `isComplete`: with the end of the response. */
  end(isComplete: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    const { logs, timer, info } = this;
    if (timer !== null) logs.timers.cancel(timer);
    if (isComplete) info.times.upstreamLastRxMs = logs.clock.now();
    this.write('UpstreamEnd');
    this.traffic?.onAttemptEnd(this, this.timeoutMs);
  }

  private onInterval(): void {
    const { logs, timer } = this;
    if (timer !== null) logs.timers.schedule(timer, logs.intervalMs);
    this.write('UpstreamPeriodic');
  }

  private write(type: string): void {
    const { info, logs } = this;
    this.logType = type;
    info.times.endMs = logs.clock.now();
    for (const log of logs.logs) log.log(this);
  }
}
