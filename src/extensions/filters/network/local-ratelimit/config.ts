import type { ConfigNode } from '../../../../api/config-node.js';
import type { TokenBucketConfig } from '../../../../base/token-bucket.js';
import { bucketNameOf, parseTokenBucket, placeOf } from '../../../../network/token-bucket-config.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';

/** `envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit`. */
export type LocalRateLimitConfig = {
  readonly statPrefix: string;
  readonly bucket: TokenBucketConfig;
  /** Threads share the bucket by this name, and filters with the same `share_key`. */
  readonly bucketName: string;
  readonly enabled: FeatureFlag;
};

export function parseLocalRateLimit(node: ConfigNode): LocalRateLimitConfig {
  const bucket = parseTokenBucket(node) ?? { maxTokens: 1, tokensPerFill: 1, fillIntervalMs: 1000 };
  const shareKey = node.string('share_key');
  const place = shareKey === '' ? placeOf('local_ratelimit', node) : `local_ratelimit shared ${shareKey}`;
  return {
    statPrefix: node.string('stat_prefix'),
    bucket,
    bucketName: bucketNameOf(place, bucket),
    enabled: parseFeatureFlag(node, 'runtime_enabled', true),
  };
}
