import type { RateLimitDescriptor } from '../../../../api/route.js';
import { TokenBucket, type TokenBucketConfig } from '../../../../base/token-bucket.js';
import { bucketNameOf } from '../../../../network/token-bucket-config.js';
import type { DescriptorConfig, LocalRateLimitConfig } from './config.js';
import { DynamicBuckets } from './dynamic-buckets.js';

/** Words that belong to a name: shared by all threads, or one connection's own. */
export type WordsOf = (name: string) => BigInt64Array;

/** A bucket that a request met. */
export interface MetBucket {
  readonly bucket: TokenBucket;
  readonly isShadow: boolean;
  readonly tokensPerMs: number;
}

/** What the buckets said about a request. */
export interface BucketVerdict {
  readonly isAllowed: boolean;
  /** The bucket that decided; null when there was none. */
  readonly met: MetBucket | null;
  /** The rule of the descriptor that matched that bucket. */
  readonly descriptor: RateLimitDescriptor | null;
}

interface Match {
  readonly met: MetBucket;
  readonly descriptor: RateLimitDescriptor;
}

/** The default bucket, the buckets of descriptors, and those made for values that wildcards meet. */
export class BucketSet {
  private readonly fallback: MetBucket | null;
  private readonly exact: ReadonlyMap<string, MetBucket>;
  private readonly wildcards: readonly Wildcard[];
  private readonly alwaysTakesFallback: boolean;

  constructor(config: LocalRateLimitConfig, words: WordsOf) {
    const { bucket, bucketName, descriptors, maxDynamicDescriptors } = config;
    this.fallback =
      bucket === null
        ? null
        : met(new TokenBucket(words(bucketNameOf(bucketName, bucket)), bucket), bucket, false);
    const exact = new Map<string, MetBucket>();
    const wildcards: Wildcard[] = [];
    for (const descriptor of descriptors) {
      const name = bucketNameOf(`${bucketName} ${keyOf(descriptor.entries)}`, descriptor.bucket);
      if (descriptor.entries.some(([, value]) => value === '')) {
        wildcards.push(new Wildcard(descriptor, name, maxDynamicDescriptors, words));
      } else {
        const own = new TokenBucket(words(name), descriptor.bucket);
        exact.set(keyOf(descriptor.entries), met(own, descriptor.bucket, descriptor.isShadow));
      }
    }
    this.exact = exact;
    this.wildcards = wildcards;
    this.alwaysTakesFallback = config.alwaysTakesDefault;
  }

  /** Slow buckets are asked first; the first without enough tokens refuses. */
  judge(descriptors: readonly RateLimitDescriptor[], nowMs: number): BucketVerdict {
    const matches = descriptors.length === 0 ? noMatches : this.matchesOf(descriptors, nowMs);
    for (const { met: it, descriptor } of matches) {
      if (!takes(it.bucket, nowMs, descriptor.hits ?? 1)) return { isAllowed: false, met: it, descriptor };
    }
    const [first] = matches;
    if ((first === undefined || this.alwaysTakesFallback) && this.fallback !== null) {
      if (!this.fallback.bucket.take(nowMs))
        return { isAllowed: false, met: this.fallback, descriptor: null };
    }
    if (first === undefined) return { isAllowed: true, met: this.fallback, descriptor: null };
    return { isAllowed: true, met: first.met, descriptor: first.descriptor };
  }

  private matchesOf(descriptors: readonly RateLimitDescriptor[], nowMs: number): readonly Match[] {
    const matches: Match[] = [];
    for (const descriptor of descriptors) {
      const found = this.exact.get(keyOf(descriptor.entries)) ?? this.wildcardOf(descriptor, nowMs);
      if (found !== undefined) matches.push({ met: found, descriptor });
    }
    if (matches.length > 1) matches.sort((a, b) => a.met.tokensPerMs - b.met.tokensPerMs);
    return matches;
  }

  private wildcardOf({ entries }: RateLimitDescriptor, nowMs: number): MetBucket | undefined {
    for (const wildcard of this.wildcards)
      if (wildcard.matches(entries)) return wildcard.bucketOf(entries, nowMs);
    return undefined;
  }
}

const noMatches: readonly Match[] = [];

/** No tokens asked for are none given, as in Envoy. */
function takes(bucket: TokenBucket, nowMs: number, tokens: number): boolean {
  return tokens > 0 && bucket.take(nowMs, tokens);
}

function met(bucket: TokenBucket, config: TokenBucketConfig, isShadow: boolean): MetBucket {
  return { bucket, isShadow, tokensPerMs: config.tokensPerFill / config.fillIntervalMs };
}

type Entries = readonly (readonly [key: string, value: string])[];

function keyOf(entries: Entries): string {
  let key = '';
  for (const [name, value] of entries) key += `${name.length}:${name}=${value.length}:${value};`;
  return key;
}

/** A descriptor with empty values: each combination of values that stands for them has a bucket of its own. */
class Wildcard {
  private readonly config: DescriptorConfig;
  private readonly buckets: DynamicBuckets<MetBucket>;

  constructor(config: DescriptorConfig, name: string, limit: number, words: WordsOf) {
    const { bucket, isShadow } = config;
    this.config = config;
    this.buckets = new DynamicBuckets(
      limit,
      (i) => words(`${name} #${i}`),
      (word) => met(new TokenBucket(word, bucket), bucket, isShadow),
    );
  }

  matches(entries: Entries): boolean {
    const own = this.config.entries;
    if (own.length !== entries.length) return false;
    for (let i = 0; i < own.length; i++) {
      const [key, value] = own[i] as Entries[number];
      const [askedKey, askedValue] = entries[i] as Entries[number];
      if (key !== askedKey || (value !== '' && value !== askedValue)) return false;
    }
    return true;
  }

  bucketOf(entries: Entries, nowMs: number): MetBucket {
    return this.buckets.get(keyOf(entries), nowMs);
  }
}
