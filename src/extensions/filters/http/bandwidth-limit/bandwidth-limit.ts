import type { Chunk } from '../../../../api/codec.js';
import {
  DataStatus,
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
  TrailersStatus,
} from '../../../../api/http-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { RouteOverride } from '../route-override.js';
import { byteBucket, type Rate, Throttle } from '../throttle.js';
import { type BandwidthLimitConfig, parseBandwidthLimit, parseBandwidthLimitRoute } from './config.js';
import { B, DirectionMeter, type DirectionStats, requestStats, responseStats } from './direction-meter.js';

/** Lets bodies through at a rate that all streams of a configuration share, over all workers. */
export const bandwidthLimitFilter: HttpFilterFactory<BandwidthLimitConfig, BandwidthLimitConfig> = {
  name: 'envoy.filters.http.bandwidth_limit',
  typeUrl: 'envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit',
  parse: parseBandwidthLimit,
  parseRoute: parseBandwidthLimitRoute,
  build(config, scope) {
    const limits = new RouteOverride(new Limits(config, scope), (onRoute: BandwidthLimitConfig) => {
      return new Limits(onRoute, scope);
    });
    return (stream) => new BandwidthLimitFilter(stream, scope, limits);
  },
};

/** One configuration at work. */
class Limits {
  readonly config: BandwidthLimitConfig;
  readonly stats: BoundStats;
  readonly rate: Rate;

  constructor(config: BandwidthLimitConfig, scope: HttpFilterContext) {
    this.config = config;
    this.stats = scope.stats.bind(`${config.statPrefix}.http_bandwidth_limit`, B);
    const word = scope.shared.words(`bandwidth_limit ${scope.statPrefix} ${JSON.stringify(config)}`);
    this.rate = { bucket: byteBucket(config.kibPerSecond, word), intervalMs: config.intervalMs };
  }
}

class BandwidthLimitFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly scope: HttpFilterContext;
  private readonly override: RouteOverride<BandwidthLimitConfig, Limits>;
  private limits: Limits | null;
  private request: Throttle<RequestHeaders> | null;
  private requestMeter: DirectionMeter | null;
  private response: Throttle<ResponseHeaders> | null;
  private responseMeter: DirectionMeter | null;

  constructor(
    stream: StreamControl,
    scope: HttpFilterContext,
    override: RouteOverride<BandwidthLimitConfig, Limits>,
  ) {
    this.stream = stream;
    this.scope = scope;
    this.override = override;
    this.limits = null;
    this.request = null;
    this.requestMeter = null;
    this.response = null;
    this.responseMeter = null;
  }

  onRequestHeaders(): HeadersStatus {
    const limits = this.limitsNow();
    if (limits.config.limitsRequest && this.isEnabled(limits)) {
      this.requestMeter = this.meter(limits, requestStats, null);
      const { stream, scope } = this;
      this.request = new Throttle(stream, scope, stream.request, limits.rate, this.requestMeter);
    }
    return HeadersStatus.Continue;
  }

  onRequestData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.request === null) return DataStatus.Continue;
    this.requestMeter?.onData(chunk.end - chunk.start, endStream);
    return this.request.onData(chunk, endStream);
  }

  onRequestTrailers(): TrailersStatus {
    return this.request === null ? TrailersStatus.Continue : this.request.onTrailers();
  }

  onResponseHeaders(): HeadersStatus {
    const limits = this.limitsNow();
    if (limits.config.limitsResponse && this.isEnabled(limits)) {
      const { stream, scope } = this;
      this.responseMeter = this.meter(limits, responseStats, () => this.tellDelays(limits.config));
      this.response = new Throttle(stream, scope, stream.response, limits.rate, this.responseMeter);
    }
    return HeadersStatus.Continue;
  }

  onResponseData(chunk: Chunk, endStream: boolean): DataStatus {
    const { response } = this;
    if (response === null) return DataStatus.Continue;
    const addsTrailers = endStream && this.limitsNow().config.addsTrailers;
    if (addsTrailers) this.stream.response.addTrailers();
    this.responseMeter?.onData(chunk.end - chunk.start, endStream);
    return response.onData(chunk, endStream, addsTrailers);
  }

  onResponseTrailers(): TrailersStatus {
    return this.response === null ? TrailersStatus.Continue : this.response.onTrailers();
  }

  onDestroy(): void {
    this.request?.destroy();
    this.response?.destroy();
    this.requestMeter?.abandon();
    this.responseMeter?.abandon();
  }

  private limitsNow(): Limits {
    this.limits ??= this.override.of(this.stream);
    return this.limits;
  }

  private isEnabled({ config }: Limits): boolean {
    return config.kibPerSecond > 0 && isOn(config.enabled, this.scope.runtime);
  }

  private meter(limits: Limits, slots: DirectionStats, beforeEnd: (() => void) | null): DirectionMeter {
    return new DirectionMeter(limits.stats, slots, this.scope.clock, limits.config.intervalMs, beforeEnd);
  }

  private tellDelays({ addsTrailers, trailerPrefix }: BandwidthLimitConfig): void {
    const { trailers } = this.stream.response;
    if (!addsTrailers || trailers === null) return;
    const { requestMeter, responseMeter } = this;
    const tell = (name: string, ms: number): void =>
      setIfAny(trailers, `${trailerPrefix}bandwidth-${name}`, ms);
    tell('request-delay-ms', requestMeter?.durationMs ?? 0);
    tell('request-filter-delay-ms', requestMeter?.delayMs ?? 0);
    tell('response-delay-ms', responseMeter?.durationMs ?? 0);
    tell('response-filter-delay-ms', responseMeter?.delayMs ?? 0);
  }
}

function setIfAny(trailers: HeaderMap, name: string, ms: number): void {
  if (ms > 0) trailers.replace(name, String(ms));
}
