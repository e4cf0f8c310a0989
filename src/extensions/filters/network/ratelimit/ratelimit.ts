import type { NetworkFilterFactory } from '../../../../api/network-filter.js';
import { type NetworkRateLimitConfig, parseNetworkRateLimit } from './config.js';
import { ConnectionLimiter, NetworkRateLimitFilter } from './ratelimit-filter.js';

/** Asks a rate limit service whether there may be one more connection. */
export const networkRateLimit: NetworkFilterFactory<NetworkRateLimitConfig> = {
  name: 'envoy.filters.network.ratelimit',
  typeUrl: 'envoy.extensions.filters.network.ratelimit.v3.RateLimit',
  isTerminal: false,
  parse: parseNetworkRateLimit,
  build(config, scope) {
    const limiter = new ConnectionLimiter(config, scope);
    return (connection) => new NetworkRateLimitFilter(limiter, connection);
  },
};
