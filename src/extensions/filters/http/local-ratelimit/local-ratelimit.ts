import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { RateLimitInput } from '../../../../api/route.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import type { RequestHeaders, ResponseHeaders } from '../../../../base/header-map.js';
import type { BucketVerdict } from './bucket-set.js';
import { type LocalRateLimitConfig, parseLocalRateLimit, parseLocalRateLimitPerRoute } from './config.js';
import { Limiter, R } from './limiter.js';

/** Refuses requests beyond a token bucket that all workers share. */
export const localRateLimitFilter: HttpFilterFactory<LocalRateLimitConfig, LocalRateLimitConfig> = {
  name: 'envoy.filters.http.local_ratelimit',
  typeUrl: 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  parse: parseLocalRateLimit,
  parseRoute: parseLocalRateLimitPerRoute,
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

class LocalRateLimitFilter implements HttpFilter, RateLimitInput {
  private readonly stream: StreamControl;
  private readonly limiterOf: (stream: StreamControl) => Limiter;
  readonly logType = 'NotSet';
  readonly responseTrailers = null;
  requestHeaders: RequestHeaders | null;
  responseHeaders: ResponseHeaders | null;
  private limiter: Limiter | null;
  private verdict: BucketVerdict | null;

  constructor(stream: StreamControl, limiterOf: (stream: StreamControl) => Limiter) {
    this.stream = stream;
    this.limiterOf = limiterOf;
    this.requestHeaders = null;
    this.responseHeaders = null;
    this.limiter = null;
    this.verdict = null;
  }

  get info(): StreamInfo {
    return this.stream.info;
  }

  get localCluster(): string {
    return this.limiter?.localCluster ?? '';
  }

  clusterName(): string | undefined {
    const action = this.stream.route()?.action;
    const headers = this.requestHeaders;
    if (action?.kind !== 'route' || headers === null) return undefined;
    const { info } = this;
    return action.chooseCluster({ headers, info, random: info.randomValue }).clusterName;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const limiter = this.limiterOf(this.stream);
    this.requestHeaders = headers;
    if (!limiter.isEnabled()) return HeadersStatus.Continue;
    const { stats } = limiter;
    stats.inc(R.enabled);
    this.limiter = limiter;
    const verdict = limiter.judge(this, this.stream);
    this.verdict = verdict;
    if (verdict.isAllowed) {
      stats.inc(R.ok);
      return HeadersStatus.Continue;
    }
    stats.inc(R.rate_limited);
    if (verdict.met?.isShadow === true) {
      stats.inc(R.shadow_mode);
      return HeadersStatus.Continue;
    }
    if (!limiter.isEnforced()) {
      limiter.requestHeaders.apply(headers, this);
      return HeadersStatus.Continue;
    }
    stats.inc(R.enforced);
    this.refuse(limiter);
    return HeadersStatus.Stop;
  }

  onResponseHeaders(headers: ResponseHeaders): HeadersStatus {
    const { limiter, verdict } = this;
    const bucket = verdict?.met?.bucket;
    if (limiter !== null && bucket !== undefined && this.tellsRateLimit(limiter)) {
      headers.set('x-ratelimit-limit', String(bucket.maxTokens));
      headers.set('x-ratelimit-remaining', String(limiter.remaining(bucket)));
      headers.set('x-ratelimit-reset', String(limiter.resetSeconds(bucket)));
    }
    return HeadersStatus.Continue;
  }

  /** A rule may say otherwise than the filter. */
  private tellsRateLimit(limiter: Limiter): boolean {
    const option = this.verdict?.descriptor?.rule.headersOption ?? 'UNSPECIFIED';
    return option === 'UNSPECIFIED' ? limiter.config.tellsRateLimit : option === 'DRAFT_VERSION_03';
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
    const bucket = this.verdict?.met?.bucket;
    if (limiter.config.tellsRetryAfter && bucket !== undefined)
      headers.set('retry-after', String(limiter.resetSeconds(bucket)));
  }
}
