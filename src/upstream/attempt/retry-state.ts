import type { StreamResetReason } from '../../api/codec.js';
import type { RetryPolicyConfig } from '../../api/route.js';
import type { RuntimeView } from '../../api/runtime.js';
import type { BoundStats } from '../../api/stats.js';
import type { CircuitBreaker } from '../../api/upstream.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { Plain } from '../../base/plain.js';
import type { Random } from '../../base/random.js';
import {
  buildHeaderMatcher,
  type HeaderMatcherConfig,
  type HeaderPredicate,
} from '../../match/header-matcher.js';
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
  grpcCancelled: 1024,
  grpcDeadlineExceeded: 2048,
  grpcResourceExhausted: 4096,
  grpcInternal: 8192,
  grpcUnavailable: 16_384,
} as const;

const onAnyGrpc =
  On.grpcCancelled |
  On.grpcDeadlineExceeded |
  On.grpcResourceExhausted |
  On.grpcInternal |
  On.grpcUnavailable;

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

const grpcTokens = new Map<string, number>([
  ['cancelled', On.grpcCancelled],
  ['deadline-exceeded', On.grpcDeadlineExceeded],
  ['resource-exhausted', On.grpcResourceExhausted],
  ['internal', On.grpcInternal],
  ['unavailable', On.grpcUnavailable],
]);

/** By the number of a gRPC status. */
const grpcConditions: readonly number[] = [
  0,
  On.grpcCancelled,
  0,
  0,
  On.grpcDeadlineExceeded,
  0,
  0,
  0,
  On.grpcResourceExhausted,
  0,
  0,
  0,
  0,
  On.grpcInternal,
  On.grpcUnavailable,
  0,
  0,
];

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
  private readonly responseMatchers: readonly HeaderPredicate[];
  /** The last attempt ended with its per-try timeout. */
  isAfterTimeout: boolean;
  private remaining: number;
  private attempts: number;
  private holdsPlace: boolean;
  private hasRetried: boolean;

  constructor(
    policy: RetryPolicyConfig,
    conditions: number,
    remaining: number,
    codes: ReadonlySet<number>,
    responseMatchers: readonly HeaderPredicate[],
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
    this.responseMatchers = responseMatchers;
    this.isAfterTimeout = false;
    this.remaining = remaining;
    this.attempts = 0;
    this.holdsPlace = false;
    this.hasRetried = false;
  }

  onHeaders(headers: ResponseHeaders): RetryVerdict {
    this.isAfterTimeout = false;
    return this.decide(this.wantsForHeaders(headers));
  }

  onReset(reason: StreamResetReason, requestSent: boolean): RetryVerdict {
    this.isAfterTimeout = false;
    return this.decide(this.wantsForReset(reason, requestSent));
  }

  onPerTryTimeout(): RetryVerdict {
    this.isAfterTimeout = true;
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
    if ((conditions & On.retriableStatusCodes) !== 0 && this.codes.has(status)) return true;
    if ((conditions & On.retriableHeaders) !== 0) {
      for (const matches of this.responseMatchers) if (matches(headers)) return true;
    }
    return (conditions & onAnyGrpc) !== 0 && this.wantsForGrpc(headers.get('grpc-status'));
  }

  /** The status of an answer that is headers alone; one in trailers comes too late. */
  private wantsForGrpc(status: string | undefined): boolean {
    return status !== undefined && (this.conditions & (grpcConditions[Number(status)] ?? 0)) !== 0;
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
  retriableStatusCodes: [],
  baseIntervalMs: 25,
  maxIntervalMs: 250,
  hostSelectionMaxAttempts: 1,
  hostPredicates: [],
  retriableHeaders: null,
  retriableRequestHeaders: null,
};

/** A policy with everything resolved that no request changes. */
interface CompiledPolicy {
  readonly conditions: number;
  readonly codes: ReadonlySet<number>;
  readonly responseMatchers: readonly HeaderPredicate[];
  /** When there are any, a request that none of them fits is never retried. */
  readonly requestMatchers: readonly HeaderPredicate[];
}

const compiledPolicies = new WeakMap<RetryPolicyConfig, CompiledPolicy>();

function compiled(policy: RetryPolicyConfig): CompiledPolicy {
  let found = compiledPolicies.get(policy);
  if (found === undefined) {
    let conditions = 0;
    for (const token of policy.retryOn) conditions |= bitOf(token);
    found = {
      conditions,
      codes: new Set(policy.retriableStatusCodes),
      responseMatchers: matchersOf(policy.retriableHeaders),
      requestMatchers: matchersOf(policy.retriableRequestHeaders),
    };
    compiledPolicies.set(policy, found);
  }
  return found;
}

/** A policy's matchers have been parsed as such; the contract keeps them plain because it knows no matchers. */
function matchersOf(configs: Plain): readonly HeaderPredicate[] {
  return configs === null
    ? []
    : (configs as unknown as readonly HeaderMatcherConfig[]).map(buildHeaderMatcher);
}

function bitOf(token: string): number {
  return tokens.get(token) ?? grpcTokens.get(token) ?? 0;
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
  const rules = compiled(effective);
  const { requestMatchers } = rules;
  const asked = hasOverrides ? readAsked(headers, rules) : rules;
  if (asked.conditions === 0 || runtime.number('upstream.use_retry', 100) === 0) return null;
  if (requestMatchers.length > 0 && !requestMatchers.some((matches) => matches(headers))) return null;
  const remaining = hasOverrides ? (readCount(headers) ?? effective.numRetries) : effective.numRetries;
  const { conditions, codes, responseMatchers } = asked;
  return new RetryState(effective, conditions, remaining, codes, responseMatchers, stats, breaker, random);
}

/** The policy's rules and those of the request's own headers together. */
function readAsked(headers: RequestHeaders, rules: CompiledPolicy): CompiledPolicy {
  let { conditions, codes, responseMatchers } = rules;
  for (const token of listOf(headers, 'x-envoy-retry-on')) conditions |= tokens.get(token) ?? 0;
  for (const token of listOf(headers, 'x-envoy-retry-grpc-on')) conditions |= grpcTokens.get(token) ?? 0;
  const extraCodes = listOf(headers, 'x-envoy-retriable-status-codes');
  if (extraCodes.length > 0) codes = new Set([...codes, ...extraCodes.map(Number)]);
  const names = listOf(headers, 'x-envoy-retriable-header-names').map((name) => name.toLowerCase());
  if (names.length > 0) {
    responseMatchers = [
      ...responseMatchers,
      ...names.map((name) => (response: HeaderMap) => response.has(name)),
    ];
  }
  return { ...rules, conditions, codes, responseMatchers };
}

function readCount(headers: RequestHeaders): number | undefined {
  const text = headers.get('x-envoy-max-retries');
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function listOf(headers: RequestHeaders, name: string): string[] {
  const text = headers.get(name);
  return text === undefined ? [] : text.split(',').map((token) => token.trim());
}
