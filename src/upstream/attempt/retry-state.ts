import type { StreamResetReason } from '../../api/codec.js';
import type { RetryPolicyConfig } from '../../api/route.js';
import type { RuntimeView } from '../../api/runtime.js';
import type { BoundStats } from '../../api/stats.js';
import type { CircuitBreaker } from '../../api/upstream.js';
import type { RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { Random } from '../../base/random.js';
import { C } from '../cluster-stats.js';

/** Bits of the conditions under which an attempt is repeated. */
const On = {
  serverError: 1,
  gatewayError: 2,
  reset: 4,
  connectFailure: 8,
  retriable4xx: 16,
  retriableStatusCodes: 32,
  refusedStream: 64,
  resetBeforeRequest: 128,
  retriableHeaders: 256,
  rateLimited: 512,
} as const;

const tokens = new Map<string, number>([
  ['5xx', On.serverError],
  ['gateway-error', On.gatewayError],
  ['reset', On.reset],
  ['connect-failure', On.connectFailure],
  ['retriable-4xx', On.retriable4xx],
  ['retriable-status-codes', On.retriableStatusCodes],
  ['refused-stream', On.refusedStream],
  ['reset-before-request', On.resetBeforeRequest],
  ['retriable-headers', On.retriableHeaders],
  ['envoy-ratelimited', On.rateLimited],
]);

/** What came of the question whether to try again. */
export type RetryVerdict = 'yes' | 'no' | 'limit-exceeded' | 'overflow';

/** Everything that decides on retries of one request: conditions, how many are left, the back-off. */
export class RetryState {
  private readonly policy: RetryPolicyConfig;
  private readonly stats: BoundStats;
  private readonly breaker: CircuitBreaker;
  private readonly random: Random;
  private readonly conditions: number;
  private readonly codes: ReadonlySet<number>;
  private remaining: number;
  private attempts: number;
  private holdsPlace: boolean;
  private hasRetried: boolean;

  constructor(
    policy: RetryPolicyConfig,
    conditions: number,
    remaining: number,
    codes: ReadonlySet<number>,
    stats: BoundStats,
    breaker: CircuitBreaker,
    random: Random,
  ) {
    this.policy = policy;
    this.stats = stats;
    this.breaker = breaker;
    this.random = random;
    this.conditions = conditions;
    this.codes = codes;
    this.remaining = remaining;
    this.attempts = 0;
    this.holdsPlace = false;
    this.hasRetried = false;
  }

  onHeaders(headers: ResponseHeaders): RetryVerdict {
    return this.decide(this.wantsForHeaders(headers));
  }

  onReset(reason: StreamResetReason, requestSent: boolean): RetryVerdict {
    return this.decide(this.wantsForReset(reason, requestSent));
  }

  onPerTryTimeout(): RetryVerdict {
    return this.decide((this.conditions & (On.serverError | On.gatewayError | On.reset)) !== 0);
  }

  /** The next back-off: uniform below base × 2^(n−1), capped. */
  backOffMs(): number {
    const { baseIntervalMs, maxIntervalMs } = this.policy;
    const ceiling = Math.min(baseIntervalMs * 2 ** (this.attempts - 1), maxIntervalMs);
    this.stats.inc(C.upstream_rq_retry_backoff_exponential);
    return this.random.below(Math.max(1, Math.floor(ceiling)));
  }

  /** Gives back the place among the cluster's retries. */
  release(): void {
    if (!this.holdsPlace) return;
    this.holdsPlace = false;
    this.breaker.releaseRetry();
  }

  private decide(isWanted: boolean): RetryVerdict {
    this.release();
    if (!isWanted) {
      if (this.hasRetried) this.stats.inc(C.upstream_rq_retry_success);
      this.hasRetried = false;
      return 'no';
    }
    if (this.remaining === 0) {
      this.stats.inc(C.upstream_rq_retry_limit_exceeded);
      return 'limit-exceeded';
    }
    this.remaining--;
    if (!this.breaker.tryRetry()) {
      this.stats.inc(C.upstream_rq_retry_overflow);
      return 'overflow';
    }
    this.holdsPlace = true;
    this.hasRetried = true;
    this.attempts++;
    this.stats.inc(C.upstream_rq_retry);
    return 'yes';
  }

  private wantsForHeaders(headers: ResponseHeaders): boolean {
    const { conditions } = this;
    const { status } = headers;
    if (headers.has('x-envoy-ratelimited')) return (conditions & On.rateLimited) !== 0;
    if ((conditions & On.serverError) !== 0 && status >= 500) return true;
    if ((conditions & On.gatewayError) !== 0 && status >= 502 && status <= 504) return true;
    if ((conditions & On.retriable4xx) !== 0 && status === 409) return true;
    return (conditions & On.retriableStatusCodes) !== 0 && this.codes.has(status);
  }

  private wantsForReset(reason: StreamResetReason, requestSent: boolean): boolean {
    const { conditions } = this;
    if (reason === 'overflow') return false;
    if ((conditions & (On.serverError | On.gatewayError | On.reset)) !== 0) return true;
    const isConnect =
      reason === 'remote-connection-failure' ||
      reason === 'local-connection-failure' ||
      reason === 'connection-timeout';
    if ((conditions & On.connectFailure) !== 0 && isConnect) return true;
    if ((conditions & On.resetBeforeRequest) !== 0 && !requestSent) return true;
    return (conditions & On.refusedStream) !== 0 && reason === 'remote-refused-stream';
  }
}

const noPolicy: RetryPolicyConfig = {
  retryOn: [],
  numRetries: 1,
  perTryTimeoutMs: 0,
  perTryIdleTimeoutMs: 0,
  retriableStatusCodes: [],
  baseIntervalMs: 25,
  maxIntervalMs: 250,
  hostSelectionMaxAttempts: 1,
  hostPredicates: [],
  retriableHeaders: null,
  retriableRequestHeaders: null,
};

const conditionsByPolicy = new WeakMap<RetryPolicyConfig, number>();

function conditionsOf(policy: RetryPolicyConfig): number {
  let bits = conditionsByPolicy.get(policy);
  if (bits === undefined) {
    bits = 0;
    for (const token of policy.retryOn) bits |= tokens.get(token) ?? 0;
    conditionsByPolicy.set(policy, bits);
  }
  return bits;
}

/** The retry state of a request, from its route's policy and its own x-envoy headers; null when it is never retried. */
export function makeRetryState(
  policy: RetryPolicyConfig | null,
  headers: RequestHeaders,
  hasOverrides: boolean,
  stats: BoundStats,
  breaker: CircuitBreaker,
  random: Random,
  runtime: RuntimeView,
): RetryState | null {
  if (policy === null && !hasOverrides) return null;
  const effective = policy ?? noPolicy;
  let conditions = conditionsOf(effective);
  let remaining = effective.numRetries;
  let codes: readonly number[] = effective.retriableStatusCodes;
  if (hasOverrides) {
    for (const token of (headers.get('x-envoy-retry-on') ?? '').split(','))
      conditions |= tokens.get(token.trim()) ?? 0;
    const max = Number.parseInt(headers.get('x-envoy-max-retries') ?? '', 10);
    if (conditions !== 0 && max >= 0) remaining = max;
    const extra = headers.get('x-envoy-retriable-status-codes');
    if (extra !== undefined) codes = [...codes, ...extra.split(',').map(Number)];
  }
  if (conditions === 0 || runtime.number('upstream.use_retry', 100) === 0) return null;
  return new RetryState(effective, conditions, remaining, new Set(codes), stats, breaker, random);
}
