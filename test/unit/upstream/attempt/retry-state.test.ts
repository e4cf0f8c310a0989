import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamResetReason } from '../../../../src/api/codec.js';
import type { CircuitBreaker } from '../../../../src/api/upstream.js';
import { RequestHeaders, ResponseHeaders } from '../../../../src/base/header-map.js';
import { parseRetryPolicy } from '../../../../src/route/retry-policy.js';
import { makeRetryState, type RetryState } from '../../../../src/upstream/attempt/retry-state.js';
import { C } from '../../../../src/upstream/cluster-stats.js';
import { readText } from '../../../support/config-text.js';
import { FakeStats, fakeRuntime } from '../fake-scope.js';

type Pairs = { readonly [name: string]: string };

interface Made {
  readonly state: RetryState | null;
  readonly stats: FakeStats;
  readonly draws: number[];
  /** Retries that hold a place in the circuit breaker. */
  held(): number;
}

function make(
  yaml: string | null,
  asked: Pairs = {},
  places = 10,
  runtime: { [key: string]: number } = {},
): Made {
  const policy =
    yaml === null ? null : readText('envoy.config.route.v3.RetryPolicy', yaml, parseRetryPolicy).value;
  const headers = new RequestHeaders();
  for (const [name, value] of Object.entries(asked)) headers.add(name, value);
  const stats = new FakeStats();
  const draws: number[] = [];
  let held = 0;
  const breaker = {
    tryRetry: () => held < places && ++held > 0,
    releaseRetry: () => void held--,
  } as Partial<CircuitBreaker> as CircuitBreaker;
  const random = {
    u32: () => 0,
    uuid: () => '',
    below: (bound: number) => {
      draws.push(bound);
      return 0;
    },
  };
  const hasAsked = Object.keys(asked).some((name) => name.startsWith('x-envoy-'));
  const clock = { now: () => 0, wallMs: () => 1_000_000, originMs: 0 };
  const state = makeRetryState(policy, headers, hasAsked, {
    stats: stats.bind('c', C),
    breaker,
    random,
    runtime: fakeRuntime(runtime),
    clock,
  });
  return { state, stats, draws, held: () => held };
}

function answered(made: Made, status: number, pairs: Pairs = {}): string | undefined {
  const headers = new ResponseHeaders(status);
  for (const [name, value] of Object.entries(pairs)) headers.add(name, value);
  return made.state?.onHeaders(headers);
}

function verdicts(yaml: string, statuses: readonly number[]): string[] {
  return statuses.map((status) => answered(make(yaml), status) ?? 'none');
}

test('5xx, gateway errors, conflicts and listed codes each ask for their own statuses', () => {
  const statuses = [200, 409, 429, 500, 502, 504];
  deepEqual(verdicts('retry_on: 5xx', statuses), ['no', 'no', 'no', 'yes', 'yes', 'yes']);
  deepEqual(verdicts('retry_on: gateway-error', statuses), ['no', 'no', 'no', 'no', 'yes', 'yes']);
  deepEqual(verdicts('retry_on: retriable-4xx', statuses), ['no', 'yes', 'no', 'no', 'no', 'no']);
  const listed = 'retry_on: retriable-status-codes\nretriable_status_codes: [429]';
  deepEqual(verdicts(listed, statuses), ['no', 'no', 'yes', 'no', 'no', 'no']);
});

test('a reset is repeated under the conditions that fit it', () => {
  const reset = (yaml: string, reason: StreamResetReason, wasSent: boolean) =>
    make(yaml).state?.onReset(reason, wasSent);
  equal(reset('retry_on: reset', 'connection-termination', true), 'yes');
  equal(reset('retry_on: 5xx', 'remote-connection-failure', false), 'yes');
  equal(reset('retry_on: connect-failure', 'remote-connection-failure', false), 'yes');
  equal(reset('retry_on: connect-failure', 'connection-timeout', false), 'yes');
  equal(reset('retry_on: connect-failure', 'connection-termination', true), 'no');
  equal(reset('retry_on: reset-before-request', 'connection-termination', false), 'yes');
  equal(reset('retry_on: reset-before-request', 'connection-termination', true), 'no');
  equal(reset('retry_on: refused-stream', 'remote-refused-stream', true), 'yes');
  equal(reset('retry_on: 5xx,reset', 'overflow', false), 'no');
});

test('only as many retries as there are, and the last says so', () => {
  const made = make('retry_on: 5xx\nnum_retries: 2');
  deepEqual(
    [500, 500, 500].map((status) => answered(made, status)),
    ['yes', 'yes', 'limit-exceeded'],
  );
  made.state?.onRetry();
  equal(made.stats.get('c.upstream_rq_retry'), 1);
  equal(made.stats.get('c.upstream_rq_retry_limit_exceeded'), 1);
  equal(made.held(), 0);
});

test('a retry that ends well is counted as such and gives its place back', () => {
  const made = make('retry_on: 5xx');
  equal(answered(made, 503), 'yes');
  equal(made.held(), 1);
  equal(answered(made, 200), 'success');
  equal(made.stats.get('c.upstream_rq_retry_success'), 1);
  equal(made.held(), 0);
});

test('no place in the circuit breaker, no retry', () => {
  const made = make('retry_on: 5xx', {}, 0);
  equal(answered(made, 503), 'overflow');
  equal(made.stats.get('c.upstream_rq_retry_overflow'), 1);
});

test('a rate-limited answer is repeated only when that is asked for', () => {
  const limited = { 'x-envoy-ratelimited': 'true' };
  equal(answered(make('retry_on: 5xx'), 503, limited), 'no');
  equal(answered(make('retry_on: envoy-ratelimited'), 429, limited), 'yes');
});

test('matchers of the policy decide by response headers, and gate by request headers', () => {
  const byHeader =
    'retry_on: retriable-headers\nretriable_headers: [{ name: x-a, string_match: { exact: again } }]';
  equal(answered(make(byHeader), 200, { 'x-a': 'again' }), 'yes');
  equal(answered(make(byHeader), 200, { 'x-a': 'no' }), 'no');
  const gated = 'retry_on: 5xx\nretriable_request_headers: [{ name: x-may, present_match: true }]';
  equal(make(gated).state, null);
  equal(answered(make(gated, { 'x-may': '1' }), 500), 'yes');
});

test('a gRPC status in the head is repeated, by name', () => {
  const yaml = 'retry_on: "cancelled,unavailable"';
  equal(answered(make(yaml), 200, { 'grpc-status': '14' }), 'yes');
  equal(answered(make(yaml), 200, { 'grpc-status': '1' }), 'yes');
  equal(answered(make(yaml), 200, { 'grpc-status': '13' }), 'no');
  equal(answered(make(yaml), 200), 'no');
});

test('the request may ask for retries itself', () => {
  equal(answered(make(null, { 'x-envoy-retry-on': 'nonsense, 5xx' }), 500), 'yes');
  equal(answered(make(null, { 'x-envoy-retry-grpc-on': 'internal' }), 200, { 'grpc-status': '13' }), 'yes');
  const codes = {
    'x-envoy-retry-on': 'retriable-status-codes',
    'x-envoy-retriable-status-codes': '404, 410',
  };
  equal(answered(make(null, codes), 410), 'yes');
  const names = { 'x-envoy-retry-on': 'retriable-headers', 'x-envoy-retriable-header-names': 'X-One, x-two' };
  equal(answered(make(null, names), 200, { 'x-one': '' }), 'yes');
  equal(make(null, { 'x-envoy-max-retries': '3' }).state, null);
  const none = make('retry_on: 5xx', { 'x-envoy-max-retries': '0' });
  equal(answered(none, 500), 'limit-exceeded');
});

test('a timeout of one try is remembered until the next verdict', () => {
  const made = make('retry_on: 5xx\nnum_retries: 5');
  equal(made.state?.onPerTryTimeout(), 'yes');
  equal(made.state?.isAfterTimeout, true);
  answered(made, 503);
  equal(made.state?.isAfterTimeout, false);
});

test('back-off doubles from the base to the maximum', () => {
  const made = make(
    'retry_on: 5xx\nnum_retries: 9\nretry_back_off: { base_interval: 0.01s, max_interval: 0.05s }',
  );
  for (let i = 0; i < 4; i++) {
    answered(made, 500);
    made.state?.backOffMs();
  }
  deepEqual(made.draws, [10, 20, 40, 50]);
});

test('runtime switches retries off', () => {
  const made = make('retry_on: 5xx', {}, 10, { 'upstream.use_retry': 0 });
  equal(answered(made, 503), 'no');
  equal(made.held(), 0);
});

test('a rate-limited answer says when to come back, up to the limit of the policy', () => {
  const policy = `retry_on: 5xx
rate_limited_retry_back_off:
  reset_headers: [{ name: Retry-After }, { name: X-Reset, format: UNIX_TIMESTAMP }]
  max_interval: 30s`;
  const of = (pairs: Pairs): number | undefined => {
    const made = make(policy);
    answered(made, 503, pairs);
    return made.state?.backOffMs();
  };
  equal(of({ 'retry-after': '3' }), 3000);
  equal(of({ 'x-reset': '1007' }), 7000);
  equal(of({ 'retry-after': '31', 'x-reset': '1002' }), 2000);
  equal(of({ 'retry-after': '31' }), 0);
  equal(of({ 'retry-after': 'soon' }), 0);
});

test('an attempt beside a late one needs no condition, but one that is left', () => {
  const made = make('retry_on: connect-failure\nnum_retries: 1');
  equal(made.state?.onHedge(), 'yes');
  equal(made.state?.isAfterTimeout, true);
  equal(made.state?.onHedge(), 'limit-exceeded');
});
