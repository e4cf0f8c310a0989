import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { LogContext, StreamInfo } from '../../../../api/stream-info.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import type { TokenBucket } from '../../../../base/token-bucket.js';
import { type LocalRateLimitConfig, parseLocalRateLimit } from './config.js';
import { Limiter, R } from './limiter.js';

/** Refuses requests beyond a token bucket that all workers share. */
export const localRateLimitFilter: HttpFilterFactory<LocalRateLimitConfig, LocalRateLimitConfig> = {
  name: 'envoy.filters.http.local_ratelimit',
  typeUrl: 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  parse: parseLocalRateLimit,
  parseRoute: parseLocalRateLimit,
  build(config, scope) {
    const own = new Limiter(config, scope);
    const limiters = new WeakMap<object, Limiter>();
    const limiterOf = (stream: StreamControl): Limiter => {
      const onRoute = stream.routeConfig() as LocalRateLimitConfig | null;
      if (onRoute === null) return own;
      let limiter = limiters.get(onRoute);
      if (limiter === undefined) {
        limiter = new Limiter(onRoute, scope);
        limiters.set(onRoute, limiter);
      }
      return limiter;
    };
    return (stream) => new LocalRateLimitFilter(stream, limiterOf);
  },
};

class LocalRateLimitFilter implements HttpFilter, LogContext {
  private readonly stream: StreamControl;
  private readonly limiterOf: (stream: StreamControl) => Limiter;
  readonly logType = 'NotSet';
  readonly responseTrailers = null;
  requestHeaders: RequestHeaders | null;
  responseHeaders: ResponseHeaders | null;
  private limiter: Limiter | null;
  /** The bucket that decided. */
  private bucket: TokenBucket | null;

  constructor(stream: StreamControl, limiterOf: (stream: StreamControl) => Limiter) {
    this.stream = stream;
    this.limiterOf = limiterOf;
    this.requestHeaders = null;
    this.responseHeaders = null;
    this.limiter = null;
    this.bucket = null;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const limiter = this.limiterOf(this.stream);
    this.requestHeaders = headers;
    if (!limiter.isEnabled()) return HeadersStatus.Continue;
    const { stats } = limiter;
    stats.inc(R.enabled);
    this.limiter = limiter;
    this.bucket = limiter.bucketOf(this.stream.info.connection);
    if (this.bucket === null || this.bucket.take(limiter.nowMs())) {
      stats.inc(R.ok);
      return HeadersStatus.Continue;
    }
    stats.inc(R.rate_limited);
    if (!limiter.isEnforced()) {
      limiter.requestHeaders.apply(headers, this);
      return HeadersStatus.Continue;
    }
    stats.inc(R.enforced);
    this.refuse(limiter);
    return HeadersStatus.Stop;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    const { limiter, bucket } = this;
    if (limiter !== null && bucket !== null && limiter.config.tellsRateLimit) {
      headers.set('x-ratelimit-limit', String(bucket.maxTokens));
      headers.set('x-ratelimit-remaining', String(bucket.remaining(limiter.nowMs())));
      headers.set('x-ratelimit-reset', String(limiter.resetSeconds(bucket)));
    }
    return HeadersStatus.Continue;
  }

  private refuse(limiter: Limiter): void {
    const { config } = limiter;
    this.stream.localReply(config.status, 'local_rate_limited', {
      details: 'local_rate_limited',
      flags: ResponseFlag.rateLimited,
      modify: (headers) => this.decorate(limiter, headers),
      ...(config.isResourceExhausted ? { grpcStatus: 8 } : {}),
    });
  }

  private decorate(limiter: Limiter, headers: ResponseHeaders): void {
    this.responseHeaders = headers;
    limiter.responseHeaders.apply(headers, this);
    if (limiter.config.tellsRetryAfter && this.bucket !== null) {
      headers.set('retry-after', String(limiter.resetSeconds(this.bucket)));
    }
  }
}
