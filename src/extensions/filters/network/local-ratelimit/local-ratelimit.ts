import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import { statBlock } from '../../../../api/stats.js';
import { TokenBucket } from '../../../../base/token-bucket.js';
import { isOn } from '../../../../runtime/feature-flag.js';
import { type LocalRateLimitConfig, parseLocalRateLimit } from './config.js';

/** `local_rate_limit.<stat_prefix>.` */
const R = statBlock({ counters: ['rate_limited'] });

/** Closes connections that come faster than a token bucket fills. */
export const localRateLimit: NetworkFilterFactory<LocalRateLimitConfig> = {
  name: 'envoy.filters.network.local_ratelimit',
  typeUrl: 'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit',
  isTerminal: false,
  parse: parseLocalRateLimit,
  build(config, scope) {
    const { enabled } = config;
    const { runtime, shared } = scope;
    const stats = scope.stats.bind(`local_rate_limit.${config.statPrefix}`, R);
    const bucket = new TokenBucket(shared.words(config.bucketName), config.bucket);
    const admits = (): boolean => {
      if (!isOn(enabled, runtime) || bucket.take(shared.nowMs())) return true;
      stats.inc(R.rate_limited);
      return false;
    };
    return (connection) => new LocalRateLimitFilter(admits, connection);
  },
};

class LocalRateLimitFilter implements NetworkFilter {
  private readonly admits: () => boolean;
  private readonly control: ConnectionControl;

  constructor(admits: () => boolean, control: ConnectionControl) {
    this.admits = admits;
    this.control = control;
  }

  onNewConnection(): NetworkStatus {
    if (this.admits()) return NetworkStatus.Continue;
    this.control.record.responseFlags |= ResponseFlag.upstreamRetryLimitExceeded;
    this.control.close('no-flush', 'local_ratelimit_close_over_limit');
    return NetworkStatus.Stop;
  }
}
