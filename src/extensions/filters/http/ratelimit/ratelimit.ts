import type { HttpFilterFactory } from '../../../../api/http-filter.js';
import {
  type HttpRateLimitConfig,
  parseHttpRateLimit,
  parseHttpRateLimitRoute,
  type RouteRateLimitConfig,
} from './config.js';
import { RateLimitFilter } from './ratelimit-filter.js';
import { RequestLimiter } from './request-limiter.js';

/** Asks a rate limit service whether there may be one more request. */
export const rateLimitFilter: HttpFilterFactory<HttpRateLimitConfig, RouteRateLimitConfig> = {
  name: 'envoy.filters.http.ratelimit',
  typeUrl: 'envoy.extensions.filters.http.ratelimit.v3.RateLimit',
  routeTypeUrl: 'envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute',
  parse: parseHttpRateLimit,
  parseRoute: parseHttpRateLimitRoute,
  build(config, scope) {
    const limiter = new RequestLimiter(config, scope);
    return (stream) => new RateLimitFilter(stream, limiter);
  },
};
