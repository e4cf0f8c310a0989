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
import { trailersMessage, WebTextDecoder, WebTextEncoder } from '../../../../codec/grpc/web-text.js';
import { isGrpcContentType } from '../../../../format/grpc-status.js';
import { GrpcCallStats, routedClusterStatName } from '../grpc-call-stats.js';
import { ForeignAnswer } from './foreign-answer.js';

const binaryTypes = new Set(['application/grpc-web', 'application/grpc-web+proto']);
const textTypes = new Set(['application/grpc-web-text', 'application/grpc-web-text+proto']);

/** Lets browsers call gRPC services: trailers travel in the body, and the body in base64 where they ask for it. */
export const grpcWebFilter: HttpFilterFactory<null> = {
  name: 'envoy.filters.http.grpc_web',
  typeUrl: 'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb',
  parse: () => null,
  build(_config, scope) {
    const stats = new GrpcCallStats(scope, 'grpc-web');
    return (stream) => new GrpcWebFilter(stream, stats);
  },
};

class GrpcWebFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly stats: GrpcCallStats;
  private isGrpcWeb: boolean;
  private decoder: WebTextDecoder | null;
  private encoder: WebTextEncoder | null;
  /** An answer that is no gRPC, while it is read. */
  private foreign: ForeignAnswer | null;
  /** Where the call is counted; null when it is not. */
  private prefix: string | null;

  constructor(stream: StreamControl, stats: GrpcCallStats) {
    this.stream = stream;
    this.stats = stats;
    this.isGrpcWeb = false;
    this.decoder = null;
    this.encoder = null;
    this.foreign = null;
    this.prefix = null;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const type = headers.get('content-type') ?? '';
    const isText = textTypes.has(type);
    if (!isText && !binaryTypes.has(type)) return HeadersStatus.Continue;
    this.isGrpcWeb = true;
    headers.remove('content-length');
    this.prefix = this.prefixOf(headers);
    if (isText) this.decoder = new WebTextDecoder();
    headers.set('content-type', 'application/grpc');
    if (textTypes.has(headers.joined('accept') ?? '')) this.encoder = new WebTextEncoder();
    headers.set('te', 'trailers');
    if (!headers.has('grpc-accept-encoding')) headers.set('grpc-accept-encoding', 'identity');
    return HeadersStatus.Continue;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    const { decoder, stream } = this;
    if (decoder === null) return DataStatus.Continue;
    const bytes = decoder.decode(chunk);
    if (bytes === null || (endStream && decoder.restLength > 0)) {
      const reason = bytes === null ? '' : '_bad_size';
      stream.localReply(400, 'Bad gRPC-web request, invalid base64 data.', {
        details: `grpc_base_64_decode_failed${reason}`,
      });
    } else if (bytes.length > 0 || endStream) {
      stream.request.inject(bytes, endStream);
    }
    return DataStatus.StopNoBuffer;
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    if (!this.isGrpcWeb) return HeadersStatus.Continue;
    if (this.prefix !== null) this.stats.chargeStatus(this.prefix, headers);
    const isForeign = !endStream && !isGrpcAnswer(headers);
    headers.remove('content-length');
    headers.set(
      'content-type',
      this.encoder === null ? 'application/grpc-web+proto' : 'application/grpc-web-text+proto',
    );
    if (!isForeign) return HeadersStatus.Continue;
    this.foreign = new ForeignAnswer(headers);
    return HeadersStatus.Stop;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    const { response } = this.stream;
    if (this.foreign !== null) {
      if (!endStream) {
        this.foreign.add(chunk);
      } else {
        this.foreign.finish(chunk);
        this.foreign = null;
        response.inject(noBytes, true);
      }
      return DataStatus.StopNoBuffer;
    }
    if (this.encoder === null) return DataStatus.Continue;
    const text = this.encoder.encode(chunk);
    if (text !== '' || endStream) response.inject(Buffer.from(text, 'latin1'), endStream);
    return DataStatus.StopNoBuffer;
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    if (!this.isGrpcWeb) return TrailersStatus.Continue;
    if (this.prefix !== null) this.stats.chargeStatus(this.prefix, trailers);
    if (this.foreign !== null) {
      this.foreign.finish(null);
      this.foreign = null;
      return TrailersStatus.Continue;
    }
    const message = trailersMessage(trailers);
    trailers.clear();
    this.stream.response.inject(
      this.encoder === null ? message : Buffer.from(message.toString('base64'), 'latin1'),
      true,
    );
    return TrailersStatus.Stop;
  }

  private prefixOf(headers: RequestHeaders): string | null {
    const cluster = routedClusterStatName(this.stream, headers);
    const name = callNameOf(headers.path);
    return cluster === null || name === null ? null : this.stats.prefix(cluster, name);
  }
}

/** gRPC, or gRPC-Web already; its content type may have parameters then. */
function isGrpcAnswer(headers: ResponseHeaders): boolean {
  if (headers.status !== 200) return false;
  const type = headers.get('content-type') ?? '';
  return isGrpcContentType(type) || binaryTypes.has((type.split(';')[0] as string).trimEnd().toLowerCase());
}

const noBytes = Buffer.alloc(0);
