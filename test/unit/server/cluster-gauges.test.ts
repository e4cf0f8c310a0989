import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { declareClusterStats } from '../../../src/server/cluster-gauges.js';
import { EVERYTHING } from '../../../src/stats/render/selection.js';
import { renderText } from '../../../src/stats/render/text.js';
import { StatStore } from '../../../src/stats/store.js';
import { SharedBreaker } from '../../../src/upstream/circuit-breaker.js';
import { ClusterMembership } from '../../../src/upstream/membership/cluster-membership.js';
import { BreakerWord } from '../../../src/upstream/shared-words.js';
import { cluster as clusterConfig } from '../upstream/cluster-configs.js';
import { FakeMain } from '../upstream/member-support.js';

const limits = {
  maxConnections: 4,
  maxPendingRequests: 4,
  maxRequests: 2,
  maxRetries: 1,
  maxConnectionPools: 4,
  trackRemaining: true,
  retryBudget: null,
};

function declared(runtime: { readonly [key: string]: number } = {}): {
  readonly store: StatStore;
  readonly cluster: ClusterMembership;
} {
  const main = new FakeMain(runtime);
  const config = clusterConfig({ thresholds: [limits, { ...limits, trackRemaining: false }] });
  const cluster = new ClusterMembership(config, main, () => undefined);
  const store = new StatStore();
  declareClusterStats(store, cluster, main.runtime);
  return { store, cluster };
}

test('a breaker is open while its limit is reached', () => {
  const { store, cluster } = declared();
  const open = (): number => store.value('cluster.c.circuit_breakers.default.rq_open');
  equal(open(), 0);
  cluster.words.take(0, BreakerWord.requests, 2);
  equal(open(), 0);
  cluster.words.take(0, BreakerWord.requests, 2);
  equal(open(), 1);
  equal(store.value('cluster.c.circuit_breakers.high.rq_open'), 0);
  cluster.words.give(0, BreakerWord.requests);
  equal(open(), 0);
});

test('what remains is told of the priorities that track it', () => {
  const { store, cluster } = declared();
  cluster.words.take(0, BreakerWord.connections, 4);
  const page = [
    ...renderText(store, { ...EVERYTHING, filter: (name) => name.includes('remaining') }, () => []),
  ];
  deepEqual(page.join('').split('\n').slice(0, -1), [
    'cluster.c.circuit_breakers.default.remaining_cx: 3',
    'cluster.c.circuit_breakers.default.remaining_cx_pools: 4',
    'cluster.c.circuit_breakers.default.remaining_pending: 4',
    'cluster.c.circuit_breakers.default.remaining_retries: 1',
    'cluster.c.circuit_breakers.default.remaining_rq: 2',
  ]);
});

test('a limit of nothing is reached when something was let past it', () => {
  const { store, cluster } = declared({ 'circuit_breakers.c.default.max_connections': 0 });
  const open = (): number => store.value('cluster.c.circuit_breakers.default.cx_open');
  equal(open(), 0);
  new SharedBreaker('c', 0, limits, cluster.words, new FakeMain({}).runtime).forceConnection();
  equal(open(), 1);
  cluster.words.give(0, BreakerWord.connections);
  equal(open(), 1);
});

test('nothing is said to remain of a retry budget that was asked', () => {
  const { store, cluster } = declared();
  const remaining = (): number => store.value('cluster.c.circuit_breakers.default.remaining_retries');
  equal(remaining(), 1);
  const budgeted = { ...limits, retryBudget: { percent: 20, minConcurrency: 3, intervalMs: 0 } };
  new SharedBreaker('c', 0, budgeted, cluster.words, new FakeMain({}).runtime).tryRetry();
  equal(remaining(), 0);
});

test('runtime overrides of a limit count', () => {
  const { store, cluster } = declared({ 'circuit_breakers.c.default.max_requests': 1 });
  cluster.words.take(0, BreakerWord.requests, 2);
  equal(store.value('cluster.c.circuit_breakers.default.rq_open'), 1);
  equal(store.value('cluster.c.circuit_breakers.default.remaining_rq'), 0);
});

test('closed breakers do not count as written', () => {
  const { store } = declared();
  const used = { ...EVERYTHING, usedOnly: true, filter: (name: string) => name.endsWith('_open') };
  equal([...renderText(store, used, () => [])].join(''), '');
});

test('stats that the data path writes are listed before it does', () => {
  const { store } = declared();
  const page = [...renderText(store, EVERYTHING, () => [])].join('');
  equal(page.includes('cluster.c.upstream_rq_total: 0\n'), true);
  equal(page.includes('cluster.c.upstream_cx_connect_ms: No recorded values\n'), true);
});
