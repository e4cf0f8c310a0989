import type { ListenerFilter, ListenerFilterFactory } from '../../../../api/network-filter.js';
import { statBlock } from '../../../../api/stats.js';
import { TokenBucket } from '../../../../base/token-bucket.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { type ListenerRateLimitConfig, parseListenerRateLimit } from './config.js';

/** `listener_local_ratelimit.<stat_prefix>.` */
const R = statBlock({ counters: ['rate_limited'] });

/** Turns sockets away that come faster than a token bucket fills, before a filter chain is chosen. */
export const listenerRateLimit: ListenerFilterFactory<ListenerRateLimitConfig> = {
  name: 'envoy.filters.listener.local_ratelimit',
  typeUrl: 'envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit',
  parse: parseListenerRateLimit,
  build(config, scope) {
    const { runtime, shared } = scope;
    const stats = scope.stats.bind(`listener_local_ratelimit.${config.statPrefix}`, R);
    const bucket = new TokenBucket(shared.words(config.bucketName), config.bucket);
    const filter: ListenerFilter = {
      consumedBytes: 0,
      maxReadBytes: 0,
      inspect() {
        if (!isOn(config.enabled, runtime) || bucket.take(shared.nowMs())) return 'continue';
        stats.inc(R.rate_limited);
        return 'close';
      },
    };
    return () => filter;
  },
};
