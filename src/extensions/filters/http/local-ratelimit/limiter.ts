import type { HttpFilterContext, StreamControl } from '../../../../api/http-filter.js';
import type { RateLimitDescriptor, RateLimitInput, RateLimitRule } from '../../../../api/route.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';
import type { TokenBucket } from '../../../../base/token-bucket.js';
import { HeaderRules } from '../../../../route/header-mutations.js';
import { buildRateLimits } from '../../../../route/rate-limit/rate-limit-rule.js';
import { BucketSet, type BucketVerdict } from './bucket-set.js';
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
  private readonly rules: readonly RateLimitRule[] | null;
  private readonly buckets: BucketSet;
  private readonly ofConnections: WeakMap<ConnectionInfo, BucketSet>;

  constructor(config: LocalRateLimitConfig, scope: HttpFilterContext) {
    this.config = config;
    this.stats = scope.stats.bind(`${config.statPrefix}.http_local_rate_limit`, R);
    this.requestHeaders = new HeaderRules({ remove: [], add: config.requestHeaders });
    this.responseHeaders = new HeaderRules({ remove: [], add: config.responseHeaders });
    this.scope = scope;
    this.rules = config.rateLimits === null ? null : buildRateLimits(config.rateLimits);
    this.buckets = new BucketSet(
      config,
      config.isPerConnection ? ownWords : (name) => scope.shared.words(name),
    );
    this.ofConnections = new WeakMap();
  }

  get localCluster(): string {
    return this.scope.node.cluster;
  }

  isEnabled(): boolean {
    return this.scope.runtime.sampled(this.config.enabled, this.scope.random.u32());
  }

  isEnforced(): boolean {
    return this.scope.runtime.sampled(this.config.enforced, this.scope.random.u32());
  }

  judge(input: RateLimitInput, stream: StreamControl): BucketVerdict {
    const descriptors = this.config.descriptors.length === 0 ? noDescriptors : this.describe(input, stream);
    return this.bucketsOf(input.info.connection).judge(descriptors, this.nowMs());
  }

  /** Whole seconds until a request can pass; 0 when one can pass now. */
  resetSeconds(bucket: TokenBucket): number {
    // A nanosecond of rounding is no second.
    return Math.ceil(bucket.nextTokenMs(this.nowMs()) / 1000 - 1e-6);
  }

  remaining(bucket: TokenBucket): number {
    return bucket.remaining(this.nowMs());
  }

  private nowMs(): number {
    return this.scope.shared.nowMs();
  }

  private bucketsOf(connection: ConnectionInfo): BucketSet {
    if (!this.config.isPerConnection) return this.buckets;
    let own = this.ofConnections.get(connection);
    if (own === undefined) {
      own = new BucketSet(this.config, ownWords);
      this.ofConnections.set(connection, own);
    }
    return own;
  }

  private describe(input: RateLimitInput, stream: StreamControl): readonly RateLimitDescriptor[] {
    const found: RateLimitDescriptor[] = [];
    if (this.rules !== null) {
      addDescriptors(found, this.rules, input);
      return found;
    }
    const route = stream.route();
    if (route?.action.kind === 'route') {
      const { stage, hostRateLimits } = this.config;
      const own = route.action.rateLimits.filter((rule) => rule.stage === stage);
      addDescriptors(found, own, input);
      const isLeftToHost = hostRateLimits === 'OVERRIDE' && route.action.rateLimits.length === 0;
      const isIncluded = hostRateLimits === 'INCLUDE' || route.action.includesHostRateLimits;
      if (isIncluded || isLeftToHost) {
        const ofHost = route.virtualHost.rateLimits.filter((rule) => rule.stage === stage);
        addDescriptors(found, ofHost, input);
      }
    }
    return found;
  }
}

const noDescriptors: readonly RateLimitDescriptor[] = [];

/** Limits with a key to switch them off are for the rate limit service alone. */
function addDescriptors(
  found: RateLimitDescriptor[],
  rules: readonly RateLimitRule[],
  input: RateLimitInput,
): void {
  for (const rule of rules) {
    const descriptor = rule.disableKey === '' ? rule.describe(input) : null;
    if (descriptor !== null) found.push(descriptor);
  }
}

function ownWords(): BigInt64Array {
  return new BigInt64Array(new SharedArrayBuffer(7 * 8));
}
