import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { callNameOf } from '../../../../codec/grpc/call-path.js';
import { MessageCounter } from '../../../../codec/grpc/message-counter.js';
import { GrpcCallStats, routedClusterStatName } from '../grpc-call-stats.js';
import { CallKind, callKindOf, isGrpcResponse } from './call-kind.js';
import { type GrpcStatsConfig, parseGrpcStats } from './config.js';
import { ConnectEnd, endOfStream } from './connect-end.js';
import { MessageCounts } from './message-counts.js';

const stateKey = 'envoy.filters.http.grpc_stats';

/** Counts gRPC and Connect calls by method, status and number of messages. */
export const grpcStatsFilter: HttpFilterFactory<GrpcStatsConfig> = {
  name: 'envoy.filters.http.grpc_stats',
  typeUrl: 'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig',
  parse: parseGrpcStats,
  build(config, scope) {
    const stats = new GrpcCallStats(scope, 'grpc');
    const listed = new Set(config.methods === 'all' ? [] : config.methods);
    return (stream) => new GrpcStatsFilter(stream, config, listed, stats);
  },
};

class GrpcStatsFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly config: GrpcStatsConfig;
  private readonly listed: ReadonlySet<string>;
  private readonly stats: GrpcCallStats;
  private kind: CallKind;
  /** Where the call is counted; null when it is not. */
  private prefix: string | null;
  private isGrpcResponse: boolean;
  private sent: MessageCounter | null;
  private received: MessageCounter | null;
  private connectEnd: ConnectEnd | null;
  private counts: MessageCounts | null;

  constructor(
    stream: StreamControl,
    config: GrpcStatsConfig,
    listed: ReadonlySet<string>,
    stats: GrpcCallStats,
  ) {
    this.stream = stream;
    this.config = config;
    this.listed = listed;
    this.stats = stats;
    this.kind = CallKind.none;
    this.prefix = null;
    this.isGrpcResponse = false;
    this.sent = null;
    this.received = null;
    this.connectEnd = null;
    this.counts = null;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    this.kind = callKindOf(headers);
    if (this.kind === CallKind.none) return HeadersStatus.Continue;
    if (this.kind !== CallKind.connectUnary) this.sent = new MessageCounter();
    if (this.kind === CallKind.connectStreaming) this.connectEnd = new ConnectEnd();
    this.prefix = this.prefixOf(headers);
    return HeadersStatus.Continue;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.sent !== null) this.countRequest(this.sent.scan(chunk), this.sent.count);
    else if (this.kind === CallKind.connectUnary && endStream) this.countRequest(1, 1);
    return DataStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    this.isGrpcResponse = isGrpcResponse(headers, endStream);
    if (this.prefix === null) return HeadersStatus.Continue;
    const isStreamed = headers.get('content-type')?.startsWith('application/connect+') === true;
    if (this.kind === CallKind.connectUnary) this.stats.chargeOutcome(this.prefix, headers.status === 200);
    else if (!isStreamed) this.stats.chargeStatus(this.prefix, headers);
    if (endStream) this.chargeTime();
    return HeadersStatus.Continue;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.isGrpcResponse || this.kind === CallKind.connectStreaming) {
      this.received ??= new MessageCounter(endOfStream);
      this.countResponse(this.received.scan(chunk), this.received.count);
      if (this.connectEnd !== null) this.endStreaming(this.connectEnd, chunk, endStream);
    } else if (this.kind === CallKind.connectUnary && endStream) {
      this.countResponse(1, 1);
      this.chargeTime();
    }
    return DataStatus.Continue;
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    if (this.kind !== CallKind.grpc || this.prefix === null) return TrailersStatus.Continue;
    this.stats.chargeStatus(this.prefix, trailers);
    this.chargeTime();
    return TrailersStatus.Continue;
  }

  private prefixOf(headers: RequestHeaders): string | null {
    const cluster = routedClusterStatName(this.stream, headers);
    const name = callNameOf(headers.path);
    if (cluster === null || name === null) return null;
    if (this.config.methods !== 'all') {
      const isListed = this.listed.has(`/${name.service}/${name.method}`);
      return this.stats.prefix(cluster, isListed ? name : null);
    }
    const service = this.config.replacesDots ? name.service.replaceAll('.', '_') : name.service;
    return this.stats.prefix(cluster, { service, method: name.method });
  }

  private countRequest(began: number, total: number): void {
    if (began === 0) return;
    if (this.config.emitsFilterState) this.state().request = total;
    if (this.prefix !== null) this.stats.count(this.prefix, 'request_message_count', began);
  }

  private countResponse(began: number, total: number): void {
    if (began === 0) return;
    if (this.config.emitsFilterState) this.state().response = total;
    if (this.prefix !== null) this.stats.count(this.prefix, 'response_message_count', began);
  }

  private endStreaming(end: ConnectEnd, chunk: Chunk, endStream: boolean): void {
    end.scan(chunk);
    if (!endStream || this.prefix === null) return;
    this.stats.chargeOutcome(this.prefix, end.isSuccess);
    this.chargeTime();
  }

  private state(): MessageCounts {
    if (this.counts === null) {
      const { info } = this.stream;
      this.counts = new MessageCounts();
      info.filterState ??= new Map();
      info.filterState.set(stateKey, this.counts);
    }
    return this.counts;
  }

  private chargeTime(): void {
    if (!this.config.timesUpstream || this.prefix === null) return;
    const { upstreamLastTxMs, upstreamLastRxMs } = this.stream.info.times;
    const ms = Math.floor(upstreamLastRxMs - upstreamLastTxMs);
    if (!Number.isNaN(ms)) this.stats.recordUpstreamTime(this.prefix, Math.max(0, ms));
  }
}
