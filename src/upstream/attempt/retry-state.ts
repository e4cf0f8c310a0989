import type { StreamResetReason } from '../../api/codec.js';
import type { RetryPolicyConfig } from '../../api/route.js';
import type { RuntimeView } from '../../api/runtime.js';
import type { BoundStats } from '../../api/stats.js';
import type { CircuitBreaker } from '../../api/upstream.js';
import type { Clock } from '../../base/clock.js';
import type { RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { Random } from '../../base/random.js';
import { plainRetryPolicy } from '../../route/retry-policy.js';
import { C } from '../cluster-stats.js';
import { resetIntervalMs } from './reset-interval.js';
import { conditionsAsked, conditionsOf, type RetryConditions } from './retry-conditions.js';

/** What came of the question whether to try again; `success`: no more, after a retry that served. */
export type RetryVerdict = 'yes' | 'no' | 'success' | 'limit-exceeded' | 'overflow';

/** What the retries of a request work with. */
export interface RetryParts {
  readonly stats: BoundStats;
  readonly breaker: CircuitBreaker;
  readonly random: Random;
  readonly runtime: RuntimeView;
  readonly clock: Clock;
}

/** Everything that decides on retries of one request: conditions, how many are left, the back-off. */
export class RetryState {
  private readonly policy: RetryPolicyConfig;
  private parts: RetryParts;
  private readonly conditions: RetryConditions;
  /** The last attempt ended with its per-try timeout. */
  isAfterTimeout: boolean;
  private remaining: number;
  private attempts: number;
  /** Where the retry that is under way has its place; null while none is. */
  private heldAt: CircuitBreaker | null;
  private hasRetried: boolean;
  /** How long the last response asked to be left alone; 0 when it did not. */
  private resetMs: number;
  /** The back-off that was begun last follows the response's own word. */
  private isRateLimited: boolean;

  constructor(policy: RetryPolicyConfig, parts: RetryParts, conditions: RetryConditions, remaining: number) {
    this.policy = policy;
    this.parts = parts;
    this.conditions = conditions;
    this.isAfterTimeout = false;
    this.remaining = remaining;
    this.attempts = 0;
    this.heldAt = null;
    this.hasRetried = false;
    this.resetMs = 0;
    this.isRateLimited = false;
  }

  onHeaders(headers: ResponseHeaders): RetryVerdict {
    this.isAfterTimeout = false;
    const isWanted = this.conditions.wantForHeaders(headers);
    const { rateLimited } = this.policy;
    if (isWanted && rateLimited !== null) {
      this.resetMs = resetIntervalMs(headers, rateLimited, this.parts.clock.wallMs());
    }
    return this.decide(isWanted);
  }

  /** How many retries may still follow. */
  get left(): number {
    return this.remaining;
  }

  /** Whether that response would be worth a retry, of an attempt that has had one already. */
  wouldRetry(headers: ResponseHeaders): boolean {
    return this.conditions.wantForHeaders(headers);
  }

  onReset(reason: StreamResetReason, requestSent: boolean): RetryVerdict {
    this.isAfterTimeout = false;
    return this.decide(this.conditions.wantForReset(reason, requestSent));
  }

  onPerTryTimeout(): RetryVerdict {
    this.isAfterTimeout = true;
    return this.decide(this.conditions.wantForTimeout());
  }

  /** The attempt goes on; another one beside it needs no condition, only what is left. */
  onHedge(): RetryVerdict {
    this.isAfterTimeout = true;
    return this.decide(true);
  }

  /**
   * The next back-off: uniform below base × 2^(n−1), capped. A response that said when to come back is believed
   * instead, up to half as much again.
   */
  backOffMs(): number {
    const { random, runtime } = this.parts;
    const { resetMs } = this;
    this.isRateLimited = resetMs > 1;
    if (this.isRateLimited) {
      this.resetMs = 0;
      return resetMs + random.below(Math.max(1, Math.floor(resetMs / 2)));
    }
    const base = this.policy.baseIntervalMs ?? runtime.number('upstream.base_retry_backoff_ms', 25);
    const cap = this.policy.maxIntervalMs ?? base * 10;
    const ceiling = Math.min(base * 2 ** (this.attempts - 1), cap);
    return random.below(Math.max(1, Math.floor(ceiling)));
  }

  /** The back-off is over; only a retry that is made counts as one. */
  onRetry(): void {
    const { stats } = this.parts;
    stats.inc(C.upstream_rq_retry);
    stats.inc(
      this.isRateLimited ? C.upstream_rq_retry_backoff_ratelimited : C.upstream_rq_retry_backoff_exponential,
    );
  }

  /** Gives back the place among the cluster's retries. */
  release(): void {
    this.heldAt?.releaseRetry();
    this.heldAt = null;
  }

  /** The next attempt goes to another cluster, which counts from now on. */
  moveTo(cluster: Pick<RetryParts, 'stats' | 'breaker'>): void {
    this.parts = { ...this.parts, ...cluster };
  }

  private decide(isWanted: boolean): RetryVerdict {
    const { stats, breaker, runtime, random } = this.parts;
    this.release();
    if (!isWanted) {
      if (!this.hasRetried) return 'no';
      this.hasRetried = false;
      stats.inc(C.upstream_rq_retry_success);
      return 'success';
    }
    this.hasRetried = false;
    if (this.remaining === 0) {
      stats.inc(C.upstream_rq_retry_limit_exceeded);
      return 'limit-exceeded';
    }
    this.remaining--;
    if (!breaker.tryRetry()) {
      stats.inc(C.upstream_rq_retry_overflow);
      return 'overflow';
    }
    const percent = runtime.number('upstream.use_retry', 100);
    if (percent < 100 && random.below(100) >= percent) {
      breaker.releaseRetry();
      return 'no';
    }
    this.heldAt = breaker;
    this.hasRetried = true;
    this.attempts++;
    return 'yes';
  }
}

/** The retry state of a request, from its route's policy and its own x-envoy headers; null when it is never retried. */
export function makeRetryState(
  policy: RetryPolicyConfig | null,
  headers: RequestHeaders,
  hasOverrides: boolean,
  parts: RetryParts,
): RetryState | null {
  if (policy === null && !hasOverrides) return null;
  const effective = policy ?? plainRetryPolicy;
  const rules = conditionsOf(effective);
  const asked = hasOverrides ? conditionsAsked(headers, rules) : rules;
  if (asked.isEmpty || !asked.mayRetry(headers)) return null;
  const remaining = hasOverrides ? (readCount(headers) ?? effective.numRetries) : effective.numRetries;
  return new RetryState(effective, parts, asked, remaining);
}

function readCount(headers: RequestHeaders): number | undefined {
  const text = headers.get('x-envoy-max-retries');
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
