import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { BodyTransform, type BodyTransformOwner } from '../body-transform.js';
import { forbidsTransforming } from '../no-transform.js';
import { ChainChoice } from './chain-choice.js';
import { CompressorSetup, type RouteSettings } from './compressor-setup.js';
import { P, Q } from './compressor-stats.js';
import {
  type CompressorConfig,
  type CompressorRouteConfig,
  parseCompressor,
  parseCompressorPerRoute,
} from './config.js';
import { isUpgrade } from './direction-rules.js';
import { addVary, softenEtag } from './response-head.js';

/** Compresses responses for clients that accept it, and requests for upstreams that are known to. */
export const compressorFilter: HttpFilterFactory<CompressorConfig, CompressorRouteConfig> = {
  name: 'envoy.filters.http.compressor',
  typeUrl: 'envoy.extensions.filters.http.compressor.v3.Compressor',
  routeTypeUrl: 'envoy.extensions.filters.http.compressor.v3.CompressorPerRoute',
  parse: parseCompressor,
  parseRoute: parseCompressorPerRoute,
  build(config, scope) {
    const setup = new CompressorSetup(config, scope);
    return (stream) => new CompressorFilter(setup, stream);
  },
};

class CompressorFilter implements HttpFilter {
  private readonly setup: CompressorSetup;
  private readonly stream: StreamControl;
  private settings: RouteSettings;
  /** Null: the client said nothing of what it accepts, or was not heard yet. */
  private choice: ChainChoice | null;
  private isUpgrade: boolean;
  private request: BodyTransform<RequestHeaders> | null;
  private response: BodyTransform<ResponseHeaders> | null;

  constructor(setup: CompressorSetup, stream: StreamControl) {
    this.setup = setup;
    this.stream = stream;
    this.settings = setup.routes.own;
    this.choice = null;
    this.isUpgrade = false;
    this.request = null;
    this.response = null;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    const { setup } = this;
    this.settings = setup.routes.of(this.stream);
    if (this.settings.isDisabled) {
      setup.request.stats.inc(Q.not_compressed);
      return HeadersStatus.Continue;
    }
    const accepted = headers.get('accept-encoding');
    if (accepted !== undefined) {
      this.choice = ChainChoice.join(this.stream.info, this.offer(), accepted);
      if (this.settings.removesAcceptEncoding && setup.response.isEnabled())
        headers.remove('accept-encoding');
    }
    this.isUpgrade = isUpgrade(headers);
    const { request } = setup;
    const isTaken =
      !endStream &&
      !this.isUpgrade &&
      request.isEnabled() &&
      request.isLongEnough(headers) &&
      request.acceptsType(headers) &&
      !headers.has('content-encoding');
    if (!isTaken) {
      request.stats.inc(Q.not_compressed);
      return HeadersStatus.Continue;
    }
    request.stats.inc(Q.compressed);
    headers.remove('content-length');
    headers.set('content-encoding', this.settings.coding);
    this.request = new BodyTransform(
      this.stream,
      this.stream.request,
      this.settings.maker,
      this.counting(request.stats),
    );
    return HeadersStatus.Continue;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.request === null ? DataStatus.Continue : this.request.onData(chunk, endStream);
  }

  onRequestTrailers(): TrailersStatus {
    return this.request === null ? TrailersStatus.Continue : this.request.onTrailers();
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    if (this.settings.isDisabled) {
      this.setup.response.stats.inc(Q.not_compressed);
      return HeadersStatus.Continue;
    }
    if (this.setup.responseConfig.tellsStatus) return this.onToldResponse(headers, endStream);
    const { response } = this.setup;
    const isCandidate = response.isEnabled() && response.isLongEnough(headers);
    const isCompressible = isCandidate && this.isCompressible(headers);
    const isTaken = !endStream && isCandidate && this.isAccepted(headers) && isCompressible;
    if (isTaken) this.compressResponse(headers);
    else response.stats.inc(Q.not_compressed);
    if (isCompressible) addVary(headers);
    return HeadersStatus.Continue;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.response === null ? DataStatus.Continue : this.response.onData(chunk, endStream);
  }

  onResponseTrailers(): TrailersStatus {
    return this.response === null ? TrailersStatus.Continue : this.response.onTrailers();
  }

  onDestroy(): void {
    this.request?.destroy();
    this.response?.destroy();
  }

  private offer():
    | CompressorSetup
    | { coding: string; choosesFirst: boolean; takes: CompressorSetup['takes'] } {
    const { setup, settings } = this;
    if (settings.coding === setup.coding) return setup;
    const takes = (headers: ResponseHeaders): boolean => setup.takes(headers);
    return { coding: settings.coding, choosesFirst: setup.choosesFirst, takes };
  }

  /** As `onResponseHeaders`, with a header that says what was done: what forbids it is asked for one by one. */
  private onToldResponse(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    const { response } = this.setup;
    const outcome = !response.isEnabled() || this.isUpgrade ? '' : this.obstacle(headers);
    if (outcome === null) {
      const length = headers.get('content-length') ?? '';
      addVary(headers);
      if (!endStream && this.isAccepted(headers)) {
        this.compressResponse(headers);
        this.tellStatus(headers, `Compressed;OriginalLength=${length}`);
        return HeadersStatus.Continue;
      }
    } else if (outcome !== '') {
      this.tellStatus(headers, outcome);
    }
    response.stats.inc(Q.not_compressed);
    return HeadersStatus.Continue;
  }

  /** What forbids to compress this response: nothing (null), something without a name, or one of Envoy's names. */
  private obstacle(headers: ResponseHeaders): string | null {
    const { response, uncompressibleCodes } = this.setup;
    if (!response.isLongEnough(headers)) {
      // Asked for twice, in Envoy.
      response.stats.inc(Q.content_length_too_small);
      return 'ContentLengthTooSmall';
    }
    if (!response.acceptsType(headers)) return 'ContentTypeNotAllowed';
    if (!this.allowsEtag(headers)) return 'EtagNotAllowed';
    if (uncompressibleCodes.has(headers.status)) return 'StatusCodeNotAllowed';
    return forbidsTransforming(headers) || headers.has('content-encoding') ? '' : null;
  }

  private tellStatus(headers: ResponseHeaders, outcome: string): void {
    headers.add('x-envoy-compression-status', `${this.settings.coding};${outcome}`);
  }

  private compressResponse(headers: ResponseHeaders): void {
    const { response, responseConfig } = this.setup;
    response.stats.inc(Q.compressed);
    softenEtag(headers, responseConfig.weakensEtag);
    headers.remove('content-length');
    headers.set('content-encoding', this.settings.coding);
    const counting = this.counting(response.stats);
    this.response = new BodyTransform(this.stream, this.stream.response, this.settings.maker, counting);
  }

  private isCompressible(headers: ResponseHeaders): boolean {
    const { response, uncompressibleCodes } = this.setup;
    return (
      !this.isUpgrade &&
      response.acceptsType(headers) &&
      !forbidsTransforming(headers) &&
      this.allowsEtag(headers) &&
      !headers.has('content-encoding') &&
      !uncompressibleCodes.has(headers.status)
    );
  }

  private allowsEtag(headers: ResponseHeaders): boolean {
    if (!this.setup.responseConfig.disablesOnEtag || !headers.has('etag')) return true;
    this.setup.choiceStats.inc(P.not_compressed_etag);
    return false;
  }

  private isAccepted(headers: ResponseHeaders): boolean {
    const stats = this.setup.choiceStats;
    if (this.choice === null) {
      stats.inc(P.no_accept_header);
      return false;
    }
    const { coding, reason } = this.choice.of(headers);
    const isOwn = coding === this.settings.coding;
    switch (reason) {
      case 'valid':
        stats.inc(isOwn ? P.header_compressor_used : P.header_compressor_overshadowed);
        break;
      case 'identity':
        stats.inc(P.header_identity);
        break;
      case 'wildcard':
        stats.inc(P.header_wildcard);
        break;
      case 'not-valid':
        stats.inc(P.header_not_valid);
        break;
    }
    return isOwn;
  }

  /** Counts a body in and out. */
  private counting(stats: BoundStats): BodyTransformOwner {
    return {
      onIn: (bytes) => stats.add(Q.total_uncompressed_bytes, bytes),
      onOut: (bytes) => stats.add(Q.total_compressed_bytes, bytes),
      onLast: () => undefined,
      onBadBody: (error) => this.stream.fail(error),
    };
  }
}
