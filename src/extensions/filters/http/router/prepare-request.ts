import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { ClusterChoice, RetryPolicyConfig, RouteActionView, RouteMatch } from '../../../../api/route.js';
import type { LogContext } from '../../../../api/stream-info.js';
import type { Cluster, Host, RoutingPriority } from '../../../../api/upstream.js';
import { HeaderClass, type RequestHeaders } from '../../../../base/header-map.js';
import { grpcTimeoutText } from '../../../../codec/grpc/timeout-text.js';
import { makeRetryState, type RetryState } from '../../../../upstream/attempt/retry-state.js';
import { expectedTimeout, type Timeouts } from './timeouts.js';

const retryHeaders = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
];

/** The retry state of a request; consumes the headers by which the request asked for retries. */
export function takeRetryState(
  headers: RequestHeaders,
  policy: RetryPolicyConfig | null,
  cluster: Cluster,
  priority: RoutingPriority,
  scope: HttpFilterContext,
): RetryState | null {
  const hasOverrides =
    (headers.classes & HeaderClass.envoy) !== 0 && retryHeaders.some((name) => headers.has(name));
  if (policy === null && !hasOverrides) return null;
  const state = makeRetryState(policy, headers, hasOverrides, {
    stats: cluster.info.stats,
    breaker: cluster.breaker(priority),
    random: scope.random,
    runtime: scope.runtime,
    clock: scope.clock,
  });
  if (hasOverrides) for (const name of retryHeaders) headers.remove(name);
  return state;
}

/** Tells the upstream how long it may take; `isSilent`: without headers of the proxy's own. */
export function setExpectedTimeout(
  headers: RequestHeaders,
  timeouts: Timeouts,
  elapsedMs: number,
  isSilent = false,
): void {
  if (isSilent && !timeouts.rewritesGrpc) return;
  const expected = expectedTimeout(timeouts, elapsedMs);
  if (expected === undefined) return;
  if (!isSilent) headers.setKnown('x-envoy-expected-rq-timeout-ms', String(expected), HeaderClass.envoy);
  if (timeouts.rewritesGrpc) headers.set('grpc-timeout', grpcTimeoutText(expected));
}

/** The header mutations and rewrites of the route; what the rewrites replaced is told unless `isSilent`. */
export function applyRoute(
  route: RouteMatch,
  action: RouteActionView,
  choice: ClusterChoice,
  headers: RequestHeaders,
  context: LogContext,
  isSilent: boolean,
): void {
  if (route.hasRequestMutations) route.mutateRequestHeaders(headers, context, choice.weighted);
  if (action.rewrite === null) return;
  if (!isSilent) {
    action.rewrite(headers, context, choice);
    return;
  }
  const path = headers.get('x-envoy-original-path');
  const host = headers.get('x-envoy-original-host');
  action.rewrite(headers, context, choice);
  restore(headers, 'x-envoy-original-path', path);
  restore(headers, 'x-envoy-original-host', host);
}

function restore(headers: RequestHeaders, name: string, value: string | undefined): void {
  if (value === undefined) headers.remove(name);
  else headers.set(name, value);
}

/** `auto_host_rewrite`: the chosen host's name becomes the authority. */
export function rewriteToHost(
  headers: RequestHeaders,
  host: Host,
  action: RouteActionView,
  isSilent: boolean,
): void {
  const old = headers.authority;
  if (host.hostname === '' || old === host.hostname) return;
  if (!isSilent && !headers.has('x-envoy-original-host')) headers.set('x-envoy-original-host', old);
  if (action.appendXForwardedHost) appendForwardedHost(headers, old);
  headers.authority = host.hostname;
}

function appendForwardedHost(headers: RequestHeaders, host: string): void {
  const last = headers.joined('x-forwarded-host')?.split(',').at(-1)?.trim();
  if (host !== '' && last !== host) headers.append('x-forwarded-host', host);
}
