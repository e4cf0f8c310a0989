/** Settings of a bucket that begins full and refills continuously. */
export type TokenBucketConfig = {
  readonly maxTokens: number;
  readonly tokensPerFill: number;
  readonly fillIntervalMs: number;
};

const nanosPerMs = 1e6;

/**
 * A token bucket of which one word is all: the moment, in nanoseconds, at which it was or would have been empty. Its
 * tokens are the time since then. The word may be shared by any number of threads, which all give the same clock;
 * whoever dies takes nothing with him, for taken tokens are never given back.
 */
export class TokenBucket {
  readonly maxTokens: number;
  private readonly word: BigInt64Array;
  private readonly nanosPerToken: number;
  private readonly fullNanos: number;

  /** `word[0]` is the bucket's; zero means that it has never been used, and is full. */
  constructor(word: BigInt64Array, config: TokenBucketConfig) {
    this.word = word;
    this.maxTokens = config.maxTokens;
    this.nanosPerToken = (config.fillIntervalMs * nanosPerMs) / config.tokensPerFill;
    this.fullNanos = this.nanosPerToken * config.maxTokens;
  }

  /** Takes `tokens`, or none when there are not as many. */
  take(nowMs: number, tokens = 1): boolean {
    const now = nowMs * nanosPerMs;
    const cost = tokens * this.nanosPerToken;
    for (let old = Atomics.load(this.word, 0); ; ) {
      const next = this.emptyAt(old, now) + cost;
      // A nanosecond is forgiven to the rounding of sums.
      if (next > now + 1) return false;
      const rounded = BigInt(Math.round(next));
      const found = Atomics.compareExchange(this.word, 0, old, rounded === 0n ? 1n : rounded);
      if (found === old) return true;
      old = found;
    }
  }

  /** Takes as many whole tokens as there are, up to `tokens`. */
  takeUpTo(nowMs: number, tokens: number): number {
    const now = nowMs * nanosPerMs;
    for (let old = Atomics.load(this.word, 0); ; ) {
      const emptyAt = this.emptyAt(old, now);
      const given = Math.min(tokens, Math.floor((now - emptyAt + 1) / this.nanosPerToken));
      if (given <= 0) return 0;
      const rounded = BigInt(Math.round(emptyAt + given * this.nanosPerToken));
      const found = Atomics.compareExchange(this.word, 0, old, rounded === 0n ? 1n : rounded);
      if (found === old) return given;
      old = found;
    }
  }

  /** From now on there are `tokens`. */
  begin(nowMs: number, tokens: number): void {
    const emptyAt = BigInt(Math.round(nowMs * nanosPerMs - tokens * this.nanosPerToken));
    Atomics.store(this.word, 0, emptyAt === 0n ? 1n : emptyAt);
  }

  /** Whole tokens that are left. */
  remaining(nowMs: number): number {
    const now = nowMs * nanosPerMs;
    const left = (now - this.emptyAt(Atomics.load(this.word, 0), now) + 1) / this.nanosPerToken;
    return Math.max(0, Math.floor(left));
  }

  /** Milliseconds until there is a whole token; 0 when there is one. */
  nextTokenMs(nowMs: number): number {
    const now = nowMs * nanosPerMs;
    const missing = this.emptyAt(Atomics.load(this.word, 0), now) + this.nanosPerToken - now;
    return missing <= 1 ? 0 : missing / nanosPerMs;
  }

  private emptyAt(word: bigint, now: number): number {
    const fullSince = now - this.fullNanos;
    return word === 0n ? fullSince : Math.max(Number(word), fullSince);
  }
}
