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
import { grpcStatusOfHttp, isGrpcContentType } from '../../../../format/grpc-status.js';
import { RouteOverride } from '../route-override.js';
import {
  parseReverseBridge,
  parseReverseBridgePerRoute,
  type ReverseBridgeConfig,
  type ReverseBridgeRouteConfig,
} from './config.js';

type Disabled = RouteOverride<ReverseBridgeRouteConfig, boolean>;

/** Lets gRPC clients call HTTP/1 services that know protobuf but no gRPC. */
export const grpcHttp1ReverseBridgeFilter: HttpFilterFactory<ReverseBridgeConfig, ReverseBridgeRouteConfig> =
  {
    name: 'envoy.filters.http.grpc_http1_reverse_bridge',
    typeUrl: 'envoy.extensions.filters.http.grpc_http1_reverse_bridge.v3.FilterConfig',
    routeTypeUrl: 'envoy.extensions.filters.http.grpc_http1_reverse_bridge.v3.FilterConfigPerRoute',
    parse: parseReverseBridge,
    parseRoute: parseReverseBridgePerRoute,
    build(config) {
      const disabled: Disabled = new RouteOverride(false, (onRoute) => onRoute.isDisabled);
      return (stream) => new ReverseBridgeFilter(stream, config, disabled);
    },
  };

class ReverseBridgeFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly config: ReverseBridgeConfig;
  private readonly disabled: Disabled;
  private isBridging: boolean;
  private isPrefixTaken: boolean;
  private isPrefixSent: boolean;
  /** The client's, which may be `application/grpc+proto`. */
  private contentType: string;
  private grpcStatus: string;
  /** As the service announces it. */
  private announcedBytes: number;
  private bytes: number;

  constructor(stream: StreamControl, config: ReverseBridgeConfig, disabled: Disabled) {
    this.stream = stream;
    this.config = config;
    this.disabled = disabled;
    this.isBridging = false;
    this.isPrefixTaken = false;
    this.isPrefixSent = false;
    this.contentType = '';
    this.grpcStatus = '';
    this.announcedBytes = 0;
    this.bytes = 0;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    const type = headers.get('content-type') ?? '';
    if (endStream || !isGrpcContentType(type) || this.disabled.of(this.stream)) return HeadersStatus.Continue;
    const { contentType, withholdsFrames } = this.config;
    this.isBridging = true;
    this.contentType = type;
    headers.set('content-type', contentType);
    headers.set('accept', contentType);
    if (withholdsFrames) adjustLength(headers, -prefixLength);
    this.stream.refreshRoute();
    return HeadersStatus.Continue;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (!this.isBridging || !this.config.withholdsFrames || this.isPrefixTaken) return DataStatus.Continue;
    if (chunk.end - chunk.start < prefixLength) {
      this.stream.localReply(200, 'invalid request body', {
        details: 'grpc_bridge_data_too_small',
        grpcStatus: 2,
      });
      return DataStatus.StopNoBuffer;
    }
    this.isPrefixTaken = true;
    this.stream.request.inject(chunk.buffer.subarray(chunk.start + prefixLength, chunk.end), endStream);
    return DataStatus.StopNoBuffer;
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    if (!this.isBridging) return HeadersStatus.Continue;
    const { contentType, withholdsFrames } = this.config;
    const type = headers.get('content-type');
    if (type !== contentType)
      return this.refuse(foreignTypeText(type, headers.status), 2, 'content_type_wrong');
    headers.set('content-type', this.contentType);
    if (withholdsFrames && !this.tellLength(headers))
      return this.refuse(
        'envoy reverse bridge: upstream did not set content length',
        13,
        'content_length_missing',
      );
    this.grpcStatus = headers.status === 200 ? '0' : String(grpcStatusOfHttp(headers.status));
    headers.status = 200;
    if (endStream && withholdsFrames) {
      headers.set('content-length', String(prefixLength));
      this.stream.response.addTrailers().set('grpc-status', this.grpcStatus);
      this.stream.response.inject(messagePrefix(0), false);
    }
    return HeadersStatus.Continue;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    if (!this.isBridging) return DataStatus.Continue;
    const { response } = this.stream;
    const { withholdsFrames, responseSizeHeader } = this.config;
    const isStreamed = responseSizeHeader !== '';
    this.bytes += chunk.end - chunk.start;
    if (withholdsFrames && isStreamed && !this.isPrefixSent) {
      this.isPrefixSent = true;
      response.inject(messagePrefix(this.announcedBytes), false);
    }
    if (!endStream) return withholdsFrames && !isStreamed ? DataStatus.StopBuffer : DataStatus.Continue;
    response.addTrailers().set('grpc-status', this.grpcStatus);
    if (withholdsFrames && isStreamed && this.bytes !== this.announcedBytes) {
      response.inject(chunk.buffer.subarray(chunk.start, chunk.end), false);
      this.refuse('envoy reverse bridge: upstream set incorrect content length', 13, 'content_length_wrong');
      return DataStatus.StopNoBuffer;
    }
    if (withholdsFrames && !isStreamed) this.frameResponse();
    return DataStatus.Continue;
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    if (!this.isBridging) return TrailersStatus.Continue;
    trailers.set('grpc-status', this.grpcStatus);
    if (this.config.withholdsFrames && this.config.responseSizeHeader === '') this.frameResponse();
    return TrailersStatus.Continue;
  }

  private refuse(text: string, grpcStatus: number, reason: string): HeadersStatus {
    this.stream.localReply(200, text, { details: `grpc_bridge_${reason}`, grpcStatus });
    return HeadersStatus.Stop;
  }

  /** Answers false when the service should have announced a size and did not. */
  private tellLength(headers: ResponseHeaders): boolean {
    const { responseSizeHeader } = this.config;
    if (responseSizeHeader === '') {
      adjustLength(headers, prefixLength);
      return true;
    }
    const size = headers.get(responseSizeHeader)?.split(',', 1)[0]?.trim() ?? '';
    if (!/^\d{1,10}$/.test(size)) return false;
    this.announcedBytes = Number(size) % 2 ** 32;
    headers.set('content-length', String(this.announcedBytes + prefixLength));
    return true;
  }

  /** The whole message is known: its prefix goes before what is kept. */
  private frameResponse(): void {
    const { response } = this.stream;
    const kept = response.buffered() ?? noBytes;
    response.replaceBuffered(Buffer.concat([messagePrefix(this.bytes), kept]));
  }
}

function adjustLength(headers: HeaderMap, by: number): void {
  const length = Number(headers.get('content-length') ?? 0);
  if (length > 0) headers.set('content-length', String(Math.max(0, length + by)));
}

function foreignTypeText(type: string | undefined, status: number): string {
  const said = type === undefined ? 'no content-type header' : `unsupported content-type ${type}`;
  return `envoy reverse bridge: upstream responded with ${said}, status code ${status}`;
}

const noBytes = Buffer.alloc(0);
