import type { HttpFilterContext } from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';
import { TokenBucket, type TokenBucketConfig } from '../../../../base/token-bucket.js';
import { HeaderRules } from '../../../../route/header-mutations.js';
import type { LocalRateLimitConfig } from './config.js';

/** `<stat_prefix>.http_local_rate_limit.` */
export const R = statBlock({ counters: ['enabled', 'enforced', 'ok', 'rate_limited', 'shadow_mode'] });

/** One configuration of the filter at work in one thread. */
export class Limiter {
  readonly config: LocalRateLimitConfig;
  readonly stats: BoundStats;
  readonly requestHeaders: HeaderRules;
  readonly responseHeaders: HeaderRules;
  private readonly scope: HttpFilterContext;
  private readonly bucket: TokenBucket | null;
  private readonly ofConnections: WeakMap<ConnectionInfo, TokenBucket>;

  constructor(config: LocalRateLimitConfig, scope: HttpFilterContext) {
    this.config = config;
    this.stats = scope.stats.bind(`${config.statPrefix}.http_local_rate_limit`, R);
    this.requestHeaders = new HeaderRules({ remove: [], add: config.requestHeaders });
    this.responseHeaders = new HeaderRules({ remove: [], add: config.responseHeaders });
    this.scope = scope;
    this.bucket =
      config.bucket === null ? null : new TokenBucket(scope.shared.words(nameOf(config)), config.bucket);
    this.ofConnections = new WeakMap();
  }

  isEnabled(): boolean {
    return this.scope.runtime.sampled(this.config.enabled, this.scope.random.u32());
  }

  isEnforced(): boolean {
    return this.scope.runtime.sampled(this.config.enforced, this.scope.random.u32());
  }

  nowMs(): number {
    return this.scope.shared.nowMs();
  }

  bucketOf(connection: ConnectionInfo): TokenBucket | null {
    const { bucket } = this.config;
    if (bucket === null || !this.config.isPerConnection) return this.bucket;
    let own = this.ofConnections.get(connection);
    if (own === undefined) {
      own = new TokenBucket(new BigInt64Array(new SharedArrayBuffer(8)), bucket);
      this.ofConnections.set(connection, own);
    }
    return own;
  }

  /** Whole seconds until a request can pass; 0 when one can pass now. */
  resetSeconds(bucket: TokenBucket): number {
    // A nanosecond of rounding is no second.
    return Math.ceil(bucket.nextTokenMs(this.nowMs()) / 1000 - 1e-6);
  }
}

/** Settings are part of the name: a bucket of other settings is another bucket, and begins full. */
function nameOf({ bucketName, bucket }: LocalRateLimitConfig): string {
  const { maxTokens, tokensPerFill, fillIntervalMs } = bucket as TokenBucketConfig;
  return `${bucketName} ${maxTokens} ${tokensPerFill} ${fillIntervalMs}`;
}
