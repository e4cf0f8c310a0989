import type { ConfigNode } from '../api/config-node.js';
import type { TokenBucketConfig } from '../base/token-bucket.js';

const shortestFillMs = 50;

/** Reads the `token_bucket` of a local rate limit; null when there is none. */
export function parseTokenBucket(node: ConfigNode): TokenBucketConfig | null {
  const bucket = node.message('token_bucket');
  if (bucket === undefined) return null;
  const fillIntervalMs = bucket.duration('fill_interval', 0);
  if (fillIntervalMs < shortestFillMs) {
    bucket.error('local rate limit token bucket fill timer must be >= 50ms', 'fill_interval');
  }
  return {
    maxTokens: bucket.number('max_tokens'),
    tokensPerFill: bucket.number('tokens_per_fill', 1),
    fillIntervalMs,
  };
}

/**
 * A name for what threads share of a filter: where it stands. The same for every version of a resource, so that it
 * outlives a push that does not move it.
 */
export function placeOf(kind: string, node: ConfigNode): string {
  const { source, path } = node.origin;
  return `${kind} ${source.replace(/@[^@]*$/, '')} ${path}`;
}

/** Settings are part of a bucket's name: one of other settings is another bucket, and begins full. */
export function bucketNameOf(
  place: string,
  { maxTokens, tokensPerFill, fillIntervalMs }: TokenBucketConfig,
): string {
  return `${place} ${maxTokens} ${tokensPerFill} ${fillIntervalMs}`;
}
