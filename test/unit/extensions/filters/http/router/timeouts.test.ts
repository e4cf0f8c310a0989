import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { RetryPolicyConfig, RouteActionView } from '../../../../../../src/api/route.js';
import { RequestHeaders } from '../../../../../../src/base/header-map.js';
import {
  expectedTimeout,
  requestTimeouts,
  type Timeouts,
} from '../../../../../../src/extensions/filters/http/router/timeouts.js';

function read(
  headers: RequestHeaders,
  { timeoutMs = 15_000, perTryTimeoutMs = 0, respects = false } = {},
): Timeouts {
  const into: Timeouts = {
    globalMs: -1,
    perTryMs: -1,
    perTryIdleMs: -1,
    maxStreamMs: 0,
    hedges: true,
    answersEmpty: true,
    rewritesGrpc: false,
  };
  const action = { timeoutMs, hedgesOnPerTryTimeout: false } as RouteActionView;
  const policy = { perTryTimeoutMs, perTryIdleTimeoutMs: 0 } as RetryPolicyConfig;
  requestTimeouts(headers, action, policy, respects, into);
  return into;
}

function asking(pairs: { readonly [name: string]: string }): RequestHeaders {
  const headers = new RequestHeaders();
  for (const [name, value] of Object.entries(pairs)) headers.add(name, value);
  return headers;
}

test('the route and its retry policy say how long', () => {
  const none = {
    perTryMs: 0,
    perTryIdleMs: 0,
    maxStreamMs: 0,
    hedges: false,
    answersEmpty: false,
    rewritesGrpc: false,
  };
  deepEqual(read(asking({})), { globalMs: 15_000, ...none });
  equal(read(asking({}), { perTryTimeoutMs: 100 }).perTryMs, 100);
});

test('a try may not take longer than all of them', () => {
  equal(read(asking({}), { timeoutMs: 100, perTryTimeoutMs: 100 }).perTryMs, 0);
  equal(read(asking({}), { timeoutMs: 0, perTryTimeoutMs: 100 }).perTryMs, 100);
});

test('the request overrides both, and what it said is gone', () => {
  const headers = asking({
    'x-envoy-upstream-rq-timeout-ms': '500',
    'x-envoy-upstream-rq-per-try-timeout-ms': '50',
    'x-envoy-upstream-rq-timeout-alt-response': '1',
    'x-envoy-hedge-on-per-try-timeout': 'true',
  });
  const asked = {
    globalMs: 500,
    perTryMs: 50,
    perTryIdleMs: 0,
    maxStreamMs: 0,
    hedges: true,
    answersEmpty: true,
    rewritesGrpc: false,
  };
  deepEqual(read(headers), asked);
  equal(headers.size, 0);
});

test('zero from the request means no timeout, nonsense means nothing', () => {
  equal(read(asking({ 'x-envoy-upstream-rq-timeout-ms': '0' })).globalMs, 0);
  equal(read(asking({ 'x-envoy-upstream-rq-timeout-ms': '5s' })).globalMs, 15_000);
});

test('an expected timeout from before is respected only where the configuration says so', () => {
  const pairs = { 'x-envoy-expected-rq-timeout-ms': '40', 'x-envoy-upstream-rq-timeout-ms': '500' };
  equal(read(asking(pairs)).globalMs, 500);
  equal(read(asking(pairs), { respects: true }).globalMs, 40);
});

test('the upstream is told the time of one try, or what is left of all', () => {
  const of = (globalMs: number, perTryMs: number, elapsed: number, hedges = false) =>
    expectedTimeout(
      {
        globalMs,
        perTryMs,
        perTryIdleMs: 0,
        maxStreamMs: 0,
        hedges,
        answersEmpty: false,
        rewritesGrpc: false,
      },
      elapsed,
    );
  equal(of(1000, 100, 0), 100);
  equal(of(1000, 0, 0), 1000);
  equal(of(1000, 100, 0, true), 1000);
  equal(of(1000, 100, 950), 50);
  equal(of(1000, 0, 2000), 1);
  equal(of(0, 0, 500), undefined);
});
