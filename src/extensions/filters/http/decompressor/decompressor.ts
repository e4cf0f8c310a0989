import type { Chunk } from '../../../../api/codec.js';
import type { CompressionLibrary, CompressionMaker } from '../../../../api/compression.js';
import {
  DataStatus,
  type Flow,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { BodyTransform, type BodyTransformOwner } from '../body-transform.js';
import { forbidsTransforming } from '../no-transform.js';
import { type DecompressedDirection, type DecompressorConfig, parseDecompressor } from './config.js';

/** `http.<p>.decompressor.<library>.<encoding>.request.`, and `.response.` */
const D = statBlock({
  counters: ['decompressed', 'not_decompressed', 'total_compressed_bytes', 'total_uncompressed_bytes'],
});

/** `http.<p>.decompressor.<library>.<encoding>.decompressor_library.` */
const Z = statBlock({ counters: ['zlib_data_error'] });
const B = statBlock({ counters: ['brotli_error'] });

/** Undoes the compression of requests and responses, so that filters and upstreams see them plain. */
export const decompressorFilter: HttpFilterFactory<DecompressorConfig> = {
  name: 'envoy.filters.http.decompressor',
  typeUrl: 'envoy.extensions.filters.http.decompressor.v3.Decompressor',
  parse: parseDecompressor,
  build(config, scope) {
    const setup = new DecompressorSetup(config, scope);
    return (stream) => new DecompressorFilter(setup, stream);
  },
};

/** One configured decompressor in one thread. */
class DecompressorSetup {
  readonly coding: string;
  readonly maker: CompressionMaker;
  readonly config: DecompressorConfig;
  readonly requestStats: BoundStats;
  readonly responseStats: BoundStats;
  /** What the counts of a body are called in its trailers. */
  readonly compressedTrailer: string;
  readonly plainTrailer: string;
  private readonly scope: HttpFilterContext;
  private readonly errors: BoundStats;
  private readonly errorSlot: number;

  constructor(config: DecompressorConfig, scope: HttpFilterContext) {
    const { library } = config;
    if (library === null) throw new Error('a decompressor without its library');
    const found = scope.extensions.find('decompressor', library.typeUrl);
    if (found === undefined) throw new Error(`no decompressor ${library.typeUrl}`);
    // What is listed as a decompressor is one.
    const { encoding, build } = found as CompressionLibrary;
    const isBrotli = encoding === 'br';
    const prefix = `${scope.statPrefix}.decompressor.${library.name}.${isBrotli ? 'brotli' : encoding}`;
    this.coding = encoding;
    this.maker = build(library.config);
    this.config = config;
    this.scope = scope;
    this.requestStats = scope.stats.bind(`${prefix}.request`, D);
    this.responseStats = scope.stats.bind(`${prefix}.response`, D);
    this.errors = scope.stats.bind(`${prefix}.decompressor_library`, isBrotli ? B : Z);
    this.errorSlot = isBrotli ? B.brotli_error : Z.zlib_data_error;
    this.compressedTrailer = `x-envoy-decompressor-${library.name}-compressed-bytes`.toLowerCase();
    this.plainTrailer = `x-envoy-decompressor-${library.name}-uncompressed-bytes`.toLowerCase();
  }

  undoesResponses(): boolean {
    return isOn(this.config.response.enabled, this.scope.runtime);
  }

  /** Whether the head is of a body for this decompressor; it is changed then. */
  takes(headers: HeaderMap, direction: DecompressedDirection): boolean {
    if (!isOn(direction.enabled, this.scope.runtime)) return false;
    const codings = headers.get('content-encoding');
    if (codings === undefined) return false;
    if (!direction.ignoresNoTransform && forbidsTransforming(headers)) return false;
    const list = codings.split(',').map((coding) => coding.trim());
    if (list[0]?.toLowerCase() !== this.coding) return false;
    headers.remove('content-length');
    if (list.length === 1) headers.remove('content-encoding');
    else headers.set('content-encoding', list.slice(1).join(','));
    return true;
  }

  countBadBody(): void {
    this.errors.inc(this.errorSlot);
  }
}

class DecompressorFilter implements HttpFilter {
  private readonly setup: DecompressorSetup;
  private readonly stream: StreamControl;
  private request: BodyTransform<RequestHeaders> | null;
  private response: BodyTransform<ResponseHeaders> | null;

  constructor(setup: DecompressorSetup, stream: StreamControl) {
    this.setup = setup;
    this.stream = stream;
    this.request = null;
    this.response = null;
  }

  onRequestHeaders(headers: RequestHeaders, endStream: boolean): HeadersStatus {
    const { setup } = this;
    const { config, requestStats } = setup;
    if (config.advertises && setup.undoesResponses()) headers.append('accept-encoding', setup.coding);
    if (endStream) return HeadersStatus.Continue;
    if (setup.takes(headers, config.request)) {
      requestStats.inc(D.decompressed);
      const flow = this.stream.request;
      this.request = new BodyTransform(
        this.stream,
        flow,
        setup.maker,
        new BodyCount(setup, requestStats, flow),
      );
    } else {
      requestStats.inc(D.not_decompressed);
    }
    return HeadersStatus.Continue;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    return this.request === null ? DataStatus.Continue : this.request.onData(chunk, endStream);
  }

  onRequestTrailers(): TrailersStatus {
    return this.request === null ? TrailersStatus.Continue : this.request.onTrailers();
  }

  onResponseHeaders(headers: ResponseHeaders, endStream: boolean): HeadersStatus {
    const { setup } = this;
    const { config, responseStats } = setup;
    if (endStream) return HeadersStatus.Continue;
    if (setup.takes(headers, config.response)) {
      responseStats.inc(D.decompressed);
      const flow = this.stream.response;
      this.response = new BodyTransform(
        this.stream,
        flow,
        setup.maker,
        new BodyCount(setup, responseStats, flow),
      );
    } else {
      responseStats.inc(D.not_decompressed);
    }
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
}

/** Counts a body in and out, and tells it in the trailers. */
class BodyCount implements BodyTransformOwner {
  private readonly setup: DecompressorSetup;
  private readonly stats: BoundStats;
  private readonly flow: Flow<HeaderMap>;
  private compressedBytes: number;
  private plainBytes: number;

  constructor(setup: DecompressorSetup, stats: BoundStats, flow: Flow<HeaderMap>) {
    this.setup = setup;
    this.stats = stats;
    this.flow = flow;
    this.compressedBytes = 0;
    this.plainBytes = 0;
  }

  onIn(bytes: number): void {
    this.compressedBytes += bytes;
    this.stats.add(D.total_compressed_bytes, bytes);
  }

  onOut(bytes: number): void {
    this.plainBytes += bytes;
    this.stats.add(D.total_uncompressed_bytes, bytes);
  }

  onLast(): void {
    const trailers = this.flow.addTrailers();
    trailers.add(this.setup.compressedTrailer, String(this.compressedBytes));
    trailers.add(this.setup.plainTrailer, String(this.plainBytes));
  }

  onBadBody(): void {
    this.setup.countBadBody();
  }
}
