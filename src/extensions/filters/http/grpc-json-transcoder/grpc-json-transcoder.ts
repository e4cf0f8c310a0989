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
import { framedMessage } from '../../../../codec/grpc/message-prefix.js';
import { isGrpcContentType } from '../../../../format/grpc-status.js';
import { RouteOverride } from '../route-override.js';
import { parseTranscoder, type TranscoderConfig } from './config.js';
import type { FoundMethod } from './method-index.js';
import { RequestTranscoder } from './request-transcoder.js';
import { ResponseTranscoder } from './response-transcoder.js';
import { buildTranscoding, type Transcoding } from './transcoding.js';

/** REST and JSON outside, gRPC inside, by the `google.api.http` rules of a descriptor set. */
export const grpcJsonTranscoderFilter: HttpFilterFactory<TranscoderConfig, TranscoderConfig> = {
  name: 'envoy.filters.http.grpc_json_transcoder',
  typeUrl: 'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder',
  parse: parseTranscoder,
  parseRoute: parseTranscoder,
  build(config) {
    const settings = new RouteOverride<TranscoderConfig, Transcoding | null>(
      buildTranscoding(config),
      buildTranscoding,
    );
    return (stream) => new TranscoderFilter(stream, settings);
  },
};

class TranscoderFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly settings: RouteOverride<TranscoderConfig, Transcoding | null>;
  private request: RequestTranscoder | null;
  private response: ResponseTranscoder | null;

  constructor(stream: StreamControl, settings: RouteOverride<TranscoderConfig, Transcoding | null>) {
    this.stream = stream;
    this.settings = settings;
    this.request = null;
    this.response = null;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    const transcoding = this.settings.of(this.stream);
    if (transcoding === null || isGrpcContentType(headers.get('content-type'))) return HeadersStatus.Continue;
    const found = transcoding.methods.find(headers.method, headers.path);
    if ('problem' in found) {
      const { refusesUnknownMethod, refusesUnknownParameters } = transcoding.config;
      const isUnknown = found.problem === 'unknown-method';
      if (!(isUnknown ? refusesUnknownMethod : refusesUnknownParameters)) return HeadersStatus.Continue;
      this.stream.localReply(isUnknown ? 404 : 400, found.text, {
        details: `early_grpc_json_transcode_failure{${isUnknown ? 'NOT_FOUND' : 'INVALID_ARGUMENT'}}`,
      });
      return HeadersStatus.Stop;
    }
    return this.begin(transcoding, found, headers, endStream);
  }

  private begin(
    transcoding: Transcoding,
    found: FoundMethod,
    headers: RequestHeaders,
    endStream: boolean,
  ): HeadersStatus {
    const { stream } = this;
    const bodyType = headers.get('content-type') ?? '';
    this.request = new RequestTranscoder(transcoding, found, bodyType, stream.request.limitBytes);
    this.response = new ResponseTranscoder(stream, transcoding, found);
    headers.remove('content-length');
    headers.set('content-type', 'application/grpc');
    headers.set('x-envoy-original-path', headers.path);
    headers.set('x-envoy-original-method', headers.method);
    headers.method = 'POST';
    headers.path = found.method.path;
    headers.set('te', 'trailers');
    if (!transcoding.config.keepsRoute) stream.refreshRoute();
    if (!endStream) return HeadersStatus.Continue;
    const messages = this.request.finish();
    if (this.isRefused('early_')) return HeadersStatus.Stop;
    stream.post(() => stream.request.inject(framed(messages), true));
    return HeadersStatus.ContinueOpen;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    const { request } = this;
    if (request === null) return DataStatus.Continue;
    const messages = request.push(Buffer.from(chunk.buffer.subarray(chunk.start, chunk.end)));
    if (endStream) messages.push(...request.finish());
    if (this.isRefused()) return DataStatus.StopNoBuffer;
    if (messages.length > 0 || endStream) this.stream.request.inject(framed(messages), endStream);
    return DataStatus.StopNoBuffer;
  }

  onRequestTrailers(): TrailersStatus {
    const { request } = this;
    if (request === null) return TrailersStatus.Continue;
    const messages = request.finish();
    if (this.isRefused()) return TrailersStatus.Stop;
    if (messages.length > 0) this.stream.request.inject(framed(messages), false);
    return TrailersStatus.Continue;
  }

  private isRefused(prefix = ''): boolean {
    const fault = this.request?.fault ?? null;
    if (fault === null) return false;
    this.request = null;
    this.response = null;
    // The log names the cluster that the changed request would have gone to.
    this.stream.route();
    this.stream.localReply(fault.status, fault.text, { details: prefix + fault.details });
    return true;
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    const { response } = this;
    if (response === null) return HeadersStatus.Continue;
    if (!isGrpcContentType(headers.get('content-type'))) {
      this.response = null;
      return HeadersStatus.Continue;
    }
    return response.onHeaders(headers, endStream);
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.response === null ? DataStatus.Continue : this.response.onData(chunk, endStream);
  }

  onResponseTrailers(trailers: HeaderMap): TrailersStatus {
    return this.response === null ? TrailersStatus.Continue : this.response.onTrailers(trailers);
  }
}

function framed(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages.map((message) => framedMessage(message)));
}
