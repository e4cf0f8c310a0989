import type { StreamResetReason } from '../../api/codec.js';
import type { RetryPolicyConfig } from '../../api/route.js';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import type { Plain } from '../../base/plain.js';
import {
  buildHeaderMatcher,
  type HeaderMatcherConfig,
  type HeaderPredicate,
} from '../../match/header-matcher.js';

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

/** When an attempt is repeated; a policy's rules, or those of a request that added its own. */
export class RetryConditions {
  readonly conditions: number;
  readonly codes: ReadonlySet<number>;
  readonly responseMatchers: readonly HeaderPredicate[];
  /** When there are any, a request that none of them fits is never retried. */
  readonly requestMatchers: readonly HeaderPredicate[];

  constructor(
    conditions: number,
    codes: ReadonlySet<number>,
    responseMatchers: readonly HeaderPredicate[],
    requestMatchers: readonly HeaderPredicate[],
  ) {
    this.conditions = conditions;
    this.codes = codes;
    this.responseMatchers = responseMatchers;
    this.requestMatchers = requestMatchers;
  }

  get isEmpty(): boolean {
    return this.conditions === 0;
  }

  mayRetry(headers: RequestHeaders): boolean {
    const { requestMatchers } = this;
    return requestMatchers.length === 0 || requestMatchers.some((matches) => matches(headers));
  }

  wantForHeaders(headers: ResponseHeaders): boolean {
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
    return (conditions & onAnyGrpc) !== 0 && this.wantForGrpc(headers.get('grpc-status'));
  }

  /** A per-try timeout resets the attempt from this side, whatever was sent of it. */
  wantForTimeout(): boolean {
    return (this.conditions & (On.serverError | On.gatewayError | On.reset)) !== 0;
  }

  wantForReset(reason: StreamResetReason, requestSent: boolean): boolean {
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

  /** The status of an answer that is headers alone; one in trailers comes too late. */
  private wantForGrpc(status: string | undefined): boolean {
    return status !== undefined && (this.conditions & (grpcConditions[Number(status)] ?? 0)) !== 0;
  }
}

const compiledPolicies = new WeakMap<RetryPolicyConfig, RetryConditions>();

/** A policy with everything resolved that no request changes. */
export function conditionsOf(policy: RetryPolicyConfig): RetryConditions {
  let found = compiledPolicies.get(policy);
  if (found === undefined) {
    let conditions = 0;
    for (const token of policy.retryOn) conditions |= bitOf(token);
    found = new RetryConditions(
      conditions,
      new Set(policy.retriableStatusCodes),
      matchersOf(policy.retriableHeaders),
      matchersOf(policy.retriableRequestHeaders),
    );
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

/** A word that `x-envoy-retry-on` knows. */
export function isRetryCondition(token: string): boolean {
  return tokens.has(token) || token === 'http3-post-connect-failure';
}

export function isGrpcRetryCondition(token: string): boolean {
  return grpcTokens.has(token);
}

function bitOf(token: string): number {
  return tokens.get(token) ?? grpcTokens.get(token) ?? 0;
}

/** The policy's rules and those of the request's own headers together. */
export function conditionsAsked(headers: RequestHeaders, rules: RetryConditions): RetryConditions {
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
  return new RetryConditions(conditions, codes, responseMatchers, rules.requestMatchers);
}

function listOf(headers: RequestHeaders, name: string): string[] {
  const text = headers.get(name);
  return text === undefined ? [] : text.split(',').map((token) => token.trim());
}
