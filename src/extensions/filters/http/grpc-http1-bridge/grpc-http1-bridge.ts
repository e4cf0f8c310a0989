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
import { messagePrefix, prefixLength } from '../../../../codec/grpc/message-prefix.js';
import { isGrpcContentType } from '../../../../format/grpc-status.js';
import { type GrpcHttp1BridgeConfig, parseGrpcHttp1Bridge } from './config.js';

/** Lets HTTP/1 clients, which see no trailers, call gRPC services: how the call ended is told in the headers. */
export const grpcHttp1BridgeFilter: HttpFilterFactory<GrpcHttp1BridgeConfig> = {
  name: 'envoy.filters.http.grpc_http1_bridge',
  typeUrl: 'envoy.extensions.filters.http.grpc_http1_bridge.v3.Config',
  parse: parseGrpcHttp1Bridge,
  build: (config) => (stream) => new GrpcHttp1BridgeFilter(stream, config),
};

class GrpcHttp1BridgeFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly config: GrpcHttp1BridgeConfig;
  private isBridging: boolean;
  /** The client speaks bare protobuf: prefixes are put before what it sends, and taken off what it gets. */
  private isFraming: boolean;
  /** Bytes of the answer's prefix that are still to be taken off. */
  private toStrip: number;
  private responseHeaders: ResponseHeaders | null;

  constructor(stream: StreamControl, config: GrpcHttp1BridgeConfig) {
    this.stream = stream;
    this.config = config;
    this.isBridging = false;
    this.isFraming = false;
    this.toStrip = 0;
    this.responseHeaders = null;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const type = headers.get('content-type') ?? '';
    const isProtobuf = this.config.upgradesProtobuf && type === 'application/x-protobuf';
    if (isProtobuf) {
      headers.set('content-type', 'application/grpc');
      headers.remove('content-length');
      this.stream.refreshRoute();
    }
    this.isBridging = this.stream.info.protocol !== 'HTTP/2' && (isProtobuf || isGrpcContentType(type));
    if (!this.isBridging) return HeadersStatus.Continue;
    this.isFraming = isProtobuf;
    if (isProtobuf) this.toStrip = prefixLength;
    if (this.config.ignoresQuery) headers.path = headers.path.split('?', 1)[0] as string;
    return HeadersStatus.Continue;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (!this.isFraming) return DataStatus.Continue;
    if (!endStream) return DataStatus.StopBuffer;
    this.frameRequest(chunk.end - chunk.start);
    return DataStatus.Continue;
  }

  onRequestTrailers(): TrailersStatus {
    if (this.isFraming) this.frameRequest(0);
    return TrailersStatus.Continue;
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    if (!this.isBridging || endStream) return HeadersStatus.Continue;
    this.responseHeaders = headers;
    return HeadersStatus.Stop;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    if (!this.isBridging || endStream) return DataStatus.Continue;
    if (this.toStrip === 0) return DataStatus.StopBuffer;
    const start = Math.min(chunk.end, chunk.start + this.toStrip);
    this.toStrip -= start - chunk.start;
    if (start < chunk.end) this.stream.response.replaceBuffered(chunk.buffer.subarray(start, chunk.end));
    return DataStatus.StopNoBuffer;
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    const headers = this.responseHeaders;
    if (headers === null) return TrailersStatus.Continue;
    const status = trailers.get('grpc-status');
    if (status !== undefined) {
      if (!/^\s*0+\s*$/.test(status)) headers.status = 503;
      headers.set('grpc-status', status);
    }
    const message = trailers.get('grpc-message');
    if (message !== undefined) headers.set('grpc-message', message);
    headers.set('content-length', String(this.stream.response.buffered()?.length ?? 0));
    return TrailersStatus.Continue;
  }

  /** `more` bytes come after those that are kept. */
  private frameRequest(more: number): void {
    const { request } = this.stream;
    const kept = request.buffered() ?? noBytes;
    request.replaceBuffered(Buffer.concat([messagePrefix(kept.length + more), kept]));
  }
}

const noBytes = Buffer.alloc(0);
