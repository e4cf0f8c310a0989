import type { ConfigNode, FractionConfig } from '../../../../api/config-node.js';
import { statusCodeOf } from '../../../../api/status-codes.js';
import type { TokenBucketConfig } from '../../../../base/token-bucket.js';
import { parseTokenBucket, placeOf } from '../../../../network/token-bucket-config.js';
import type { HeaderAdditionConfig } from '../../../../route/config-types.js';
import { parseHeaderAdditions } from '../../../../route/header-mutations.js';
import { parseOwnRateLimits, type RateLimitConfig } from '../../../../route/rate-limit/rate-limit-config.js';
import { mostDynamicBuckets } from './dynamic-buckets.js';

/** `envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit`, of the filter or of a route. */
export type LocalRateLimitConfig = {
  readonly statPrefix: string;
  readonly status: number;
  /** Null: there is nothing to take from, and nothing is limited. */
  readonly bucket: TokenBucketConfig | null;
  /** Where it stands in the configuration: workers share the bucket by this name. */
  readonly bucketName: string;
  readonly enabled: FractionConfig;
  readonly enforced: FractionConfig;
  readonly requestHeaders: readonly HeaderAdditionConfig[];
  readonly responseHeaders: readonly HeaderAdditionConfig[];
  readonly isPerConnection: boolean;
  readonly tellsRateLimit: boolean;
  readonly tellsRetryAfter: boolean;
  readonly isResourceExhausted: boolean;
  readonly descriptors: readonly DescriptorConfig[];
  /** Null: the rate limits of route and virtual host describe requests. */
  readonly rateLimits: readonly RateLimitConfig[] | null;
  readonly stage: number;
  readonly hostRateLimits: 'OVERRIDE' | 'INCLUDE' | 'IGNORE';
  readonly alwaysTakesDefault: boolean;
  readonly maxDynamicDescriptors: number;
};

/** `LocalRateLimitDescriptor`: an entry without value stands for each value. */
export type DescriptorConfig = {
  readonly entries: readonly (readonly [key: string, value: string])[];
  readonly bucket: TokenBucketConfig;
  readonly isShadow: boolean;
};

const never: FractionConfig = { numerator: 0, denominator: 100, runtimeKey: '' };
const defaultDynamicDescriptors = 20;

export function parseLocalRateLimit(node: ConfigNode): LocalRateLimitConfig {
  const status = node.message('status')?.enum('code') ?? '';
  if (node.has('local_cluster_rate_limit') && node.bool('local_rate_limit_per_downstream_connection'))
    node.error(
      'local_cluster_rate_limit is set and local_rate_limit_per_downstream_connection is set to true',
      'local_cluster_rate_limit',
    );
  node.unsupported('local_cluster_rate_limit', 'the hosts of the own cluster are not counted');
  return {
    statPrefix: node.string('stat_prefix'),
    status: statusOf(status),
    bucket: parseTokenBucket(node),
    bucketName: placeOf('local_ratelimit', node),
    enabled: node.fraction('filter_enabled', never),
    enforced: node.fraction('filter_enforced', never),
    requestHeaders: parseHeaderAdditions(node, 'request_headers_to_add_when_not_enforced'),
    responseHeaders: parseHeaderAdditions(node, 'response_headers_to_add'),
    isPerConnection: node.bool('local_rate_limit_per_downstream_connection'),
    tellsRateLimit: node.enum('enable_x_ratelimit_headers', 'OFF') === 'DRAFT_VERSION_03',
    tellsRetryAfter: node.bool('enable_retry_after_header'),
    isResourceExhausted: node.bool('rate_limited_as_resource_exhausted'),
    ...parseDescribing(node),
  };
}

type Describing = Pick<
  LocalRateLimitConfig,
  'descriptors' | 'rateLimits' | 'stage' | 'hostRateLimits' | 'alwaysTakesDefault' | 'maxDynamicDescriptors'
>;

function parseDescribing(node: ConfigNode): Describing {
  const option = node.enum('vh_rate_limits', 'OVERRIDE');
  const dynamic = node.number('max_dynamic_descriptors', defaultDynamicDescriptors);
  if (dynamic > mostDynamicBuckets)
    node.warn(
      `no more than ${mostDynamicBuckets} values of a descriptor are remembered`,
      'max_dynamic_descriptors',
    );
  return {
    descriptors: parseDescriptors(node),
    rateLimits: node.list('rate_limits').length > 0 ? parseOwnRateLimits(node) : null,
    stage: node.number('stage'),
    hostRateLimits: option === 'INCLUDE' || option === 'IGNORE' ? option : 'OVERRIDE',
    alwaysTakesDefault: node.bool('always_consume_default_token_bucket', true),
    maxDynamicDescriptors: dynamic,
  };
}

function parseDescriptors(node: ConfigNode): readonly DescriptorConfig[] {
  const seen = new Set<string>();
  return node.list('descriptors').map((descriptor) => {
    const entries = descriptor
      .list('entries')
      .map((entry) => [entry.string('key'), entry.string('value')] as const);
    const text = entries.map(([key, value]) => `${key}=${value}`).join(', ');
    if (seen.has(text)) descriptor.error(`duplicate descriptor in the local rate descriptor: ${text}`);
    seen.add(text);
    const bucket = parseTokenBucket(descriptor) ?? { maxTokens: 1, tokensPerFill: 1, fillIntervalMs: 1000 };
    return { entries, bucket, isShadow: descriptor.bool('shadow_mode') };
  });
}

/** As `parseLocalRateLimit`, for a route: it takes the place of the filter's, and must have a bucket. */
export function parseLocalRateLimitPerRoute(node: ConfigNode): LocalRateLimitConfig {
  if (!node.has('token_bucket'))
    node.error('local rate limit token bucket must be set for per filter configs', 'token_bucket');
  return parseLocalRateLimit(node);
}

/** Codes below 400 would not say that anything was refused. */
function statusOf(name: string): number {
  const status = statusCodeOf(name) ?? 429;
  return status < 400 ? 429 : status;
}
