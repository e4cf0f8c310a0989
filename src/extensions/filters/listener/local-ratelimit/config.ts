import type { ConfigNode } from '../../../../api/config-node.js';
import type { TokenBucketConfig } from '../../../../base/token-bucket.js';
import { bucketNameOf, parseTokenBucket, placeOf } from '../../../../network/token-bucket-config.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';

/** `envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit`. */
export type ListenerRateLimitConfig = {
  readonly statPrefix: string;
  readonly bucket: TokenBucketConfig;
  readonly bucketName: string;
  readonly enabled: FeatureFlag;
};

export function parseListenerRateLimit(node: ConfigNode): ListenerRateLimitConfig {
  const bucket = parseTokenBucket(node) ?? { maxTokens: 1, tokensPerFill: 1, fillIntervalMs: 1000 };
  return {
    statPrefix: node.string('stat_prefix'),
    bucket,
    bucketName: bucketNameOf(placeOf('listener_local_ratelimit', node), bucket),
    enabled: parseFeatureFlag(node, 'runtime_enabled', true),
  };
}
