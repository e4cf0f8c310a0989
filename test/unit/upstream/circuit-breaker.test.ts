import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { RuntimeView } from '../../../src/api/runtime.js';
import { SharedBreaker } from '../../../src/upstream/circuit-breaker.js';
import type { ThresholdsConfig } from '../../../src/upstream/config.js';
import { budgetWindow } from '../../../src/upstream/request-window.js';
import { ClusterWords } from '../../../src/upstream/shared-words.js';
import { cluster } from './cluster-configs.js';
import { FakeMain } from './member-support.js';
import { SharedTime } from './shared-time.js';

/** How many retries at once it allows while that many requests are active. */
function retriesBeside(
  requests: number,
  values: { readonly [key: string]: number },
  retryBudget: ThresholdsConfig['retryBudget'] = null,
): number {
  const runtime: RuntimeView = new FakeMain(values).runtime;
  const limits = { ...cluster().thresholds[0], retryBudget };
  const breaker = new SharedBreaker('c', 0, limits, new ClusterWords(ClusterWords.allocate(1), 0), runtime);
  for (let i = 0; i < requests; i++) breaker.tryRequest();
  return retriesOf(breaker);
}

/** They are over afterwards. */
function retriesOf(breaker: SharedBreaker): number {
  let retries = 0;
  while (retries < 100 && breaker.tryRetry()) retries++;
  for (let i = 0; i < retries; i++) breaker.releaseRetry();
  return retries;
}

const percentKey = 'circuit_breakers.c.default.retry_budget.budget_percent';
const leastKey = 'circuit_breakers.c.default.retry_budget.min_retry_concurrency';

test('a retry budget follows the active requests, and the runtime overrides either part', () => {
  const budget = { percent: 50, minConcurrency: 2, intervalMs: 0 };
  equal(retriesBeside(10, {}, budget), 5);
  equal(retriesBeside(1, {}, budget), 2);
  equal(retriesBeside(10, { [percentKey]: 80 }, budget), 8);
  equal(retriesBeside(1, { [leastKey]: 7 }, budget), 7);
});

test('a runtime key makes a retry budget where none was configured', () => {
  equal(retriesBeside(50, {}), 3);
  equal(retriesBeside(50, { [percentKey]: 10 }), 5);
  equal(retriesBeside(50, { [leastKey]: 1 }), 10);
});

test('a retry budget with an interval follows the requests of the interval, active or not', () => {
  const shared = new SharedTime();
  const breakerOf = (values: { readonly [key: string]: number }): SharedBreaker => {
    const budget = { percent: 20, minConcurrency: 1, intervalMs: 10_000 };
    const limits = { ...cluster().thresholds[0], retryBudget: budget };
    const words = new ClusterWords(ClusterWords.allocate(1), 0);
    const window = budgetWindow('c', 0, budget, shared);
    return new SharedBreaker('c', 0, limits, words, new FakeMain(values).runtime, null, window);
  };
  const breaker = breakerOf({});
  for (let i = 0; i < 50; i++) {
    breaker.tryRequest();
    breaker.releaseRequest();
  }
  equal(retriesOf(breaker), 10);
  equal(retriesOf(breakerOf({ 'circuit_breakers.c.default.retry_budget.budget_interval': 0 })), 1);
  shared.now += 11_000;
  equal(retriesOf(breaker), 1);
});
