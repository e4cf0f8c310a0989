import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { RouteOverride } from '../route-override.js';
import { type BufferConfig, type BufferRouteConfig, parseBuffer, parseBufferPerRoute } from './config.js';

type Limits = RouteOverride<BufferRouteConfig, BufferRouteConfig>;

/** Holds a request back until it is complete, and gives it a content-length; one beyond the limit gets 413. */
export const bufferFilter: HttpFilterFactory<BufferConfig, BufferRouteConfig> = {
  name: 'envoy.filters.http.buffer',
  typeUrl: 'envoy.extensions.filters.http.buffer.v3.Buffer',
  routeTypeUrl: 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute',
  parse: parseBuffer,
  parseRoute: parseBufferPerRoute,
  build({ maxRequestBytes }) {
    const limits: Limits = new RouteOverride({ isDisabled: false, maxRequestBytes }, (config) => config);
    return (stream) => new BufferFilter(stream, limits);
  },
};

class BufferFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly limits: Limits;
  /** Null while nothing is to be held back. */
  private headers: RequestHeaders | null;
  private limitBytes: number;
  private length: number;

  constructor(stream: StreamControl, limits: Limits) {
    this.stream = stream;
    this.limits = limits;
    this.headers = null;
    this.limitBytes = 0;
    this.length = 0;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    if (endStream) return HeadersStatus.Continue;
    const { isDisabled, maxRequestBytes } = this.limits.of(this.stream);
    if (isDisabled) return HeadersStatus.Continue;
    this.headers = headers;
    this.limitBytes = maxRequestBytes;
    this.stream.request.limitBytes = maxRequestBytes;
    return HeadersStatus.Stop;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.headers === null) return DataStatus.Continue;
    this.length += chunk.end - chunk.start;
    // Beyond the limit the last chunk is kept as well: that is what refuses the request.
    if (!endStream || this.length > this.limitBytes) return DataStatus.StopBuffer;
    this.tellLength(this.headers);
    return DataStatus.Continue;
  }

  onRequestTrailers(): TrailersStatus {
    if (this.headers !== null) this.tellLength(this.headers);
    return TrailersStatus.Continue;
  }

  private tellLength(headers: RequestHeaders): void {
    if (!headers.has('content-length')) headers.add('content-length', String(this.length));
  }
}
