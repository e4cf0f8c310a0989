import type { GrpcTimeoutConfig, RetryPolicyConfig, RouteActionView } from '../../../../api/route.js';
import { HeaderClass, type RequestHeaders } from '../../../../base/header-map.js';
import { grpcTimeoutMs } from '../../../../http/grpc-timeout.js';
import { isGrpc } from '../../../../http/local-reply.js';

/** Timeouts in force for one request; 0 = none. */
export interface Timeouts {
  globalMs: number;
  perTryMs: number;
  perTryIdleMs: number;
  /** Of each attempt, from its connection to its end. */
  maxStreamMs: number;
  /** At a per-try timeout the attempt goes on, and another one starts beside it. */
  hedges: boolean;
  /** A timeout is answered with an empty 204 instead of 504. */
  answersEmpty: boolean;
  /** The upstream is told in `grpc-timeout` as well. */
  rewritesGrpc: boolean;
}

/** Route, retry policy and the request's own x-envoy headers together; consumes the headers. */
export function requestTimeouts(
  headers: RequestHeaders,
  action: RouteActionView,
  policy: RetryPolicyConfig | null,
  respectExpected: boolean,
  into: Timeouts,
): void {
  const { grpcGlobalTimeout } = action;
  into.rewritesGrpc = grpcGlobalTimeout !== null && isGrpc(headers);
  into.globalMs =
    grpcGlobalTimeout !== null && into.rewritesGrpc
      ? grpcGlobalMs(headers, grpcGlobalTimeout)
      : action.timeoutMs;
  into.perTryMs = policy === null ? 0 : policy.perTryTimeoutMs;
  into.perTryIdleMs = policy === null ? 0 : policy.perTryIdleTimeoutMs;
  into.hedges = action.hedgesOnPerTryTimeout;
  into.answersEmpty = false;
  if ((headers.classes & HeaderClass.envoy) !== 0) readOverrides(headers, respectExpected, into);
  if (into.perTryMs >= into.globalMs && into.globalMs !== 0) into.perTryMs = 0;
}

/** The client's own timeout, less the offset where anything is left then, and never more than the route allows. */
function grpcGlobalMs(headers: RequestHeaders, { maxMs, offsetMs }: GrpcTimeoutConfig): number {
  const askedMs = grpcTimeoutMs(headers) ?? 0;
  const leftMs = offsetMs < askedMs ? askedMs - offsetMs : askedMs;
  return maxMs > 0 && (leftMs === 0 || leftMs > maxMs) ? maxMs : leftMs;
}

function readOverrides(headers: RequestHeaders, respectExpected: boolean, into: Timeouts): void {
  const expected = respectExpected ? milliseconds(headers.get('x-envoy-expected-rq-timeout-ms')) : undefined;
  const global = expected ?? milliseconds(headers.get('x-envoy-upstream-rq-timeout-ms'));
  if (global !== undefined) into.globalMs = global;
  const perTry = milliseconds(headers.get('x-envoy-upstream-rq-per-try-timeout-ms'));
  if (perTry !== undefined) into.perTryMs = perTry;
  const duration = milliseconds(headers.get('x-envoy-upstream-stream-duration-ms'));
  if (duration !== undefined) into.maxStreamMs = duration;
  headers.remove('x-envoy-upstream-stream-duration-ms');
  into.answersEmpty = headers.remove('x-envoy-upstream-rq-timeout-alt-response');
  const hedges = headers.get('x-envoy-hedge-on-per-try-timeout');
  if (hedges === 'true' || hedges === 'false') into.hedges = hedges === 'true';
  if (hedges !== undefined) headers.remove('x-envoy-hedge-on-per-try-timeout');
  headers.remove('x-envoy-upstream-rq-timeout-ms');
  headers.remove('x-envoy-upstream-rq-per-try-timeout-ms');
}

function milliseconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\+?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `x-envoy-expected-rq-timeout-ms`: what the upstream may take, bounded by what is left; undefined when unbounded. */
export function expectedTimeout(timeouts: Timeouts, elapsedMs: number): number | undefined {
  const { globalMs, perTryMs, hedges } = timeouts;
  // An attempt that is hedged is not ended by its own timeout.
  let expected = perTryMs > 0 && !hedges ? perTryMs : globalMs;
  if (globalMs > 0 && elapsedMs > 0) {
    const left = Math.max(1, Math.ceil(globalMs - elapsedMs));
    if (expected === 0 || left < expected) expected = left;
  }
  return expected > 0 ? expected : undefined;
}
