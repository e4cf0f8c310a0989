import type { RuntimeView } from '../api/runtime.js';
import { statBlock } from '../api/stats.js';
import type { RoutingPriority } from '../api/upstream.js';
import type { StatStore } from '../stats/store.js';
import { C } from '../upstream/cluster-stats.js';
import type { ThresholdsConfig } from '../upstream/config.js';
import type { ClusterMembership } from '../upstream/membership/cluster-membership.js';
import { M } from '../upstream/membership/membership-stats.js';
import { BreakerWord } from '../upstream/shared-words.js';
import { declareTransport } from './main-stats.js';

/** `cluster.<name>.circuit_breakers.<priority>.`: 1 while a limit is reached. */
const B = statBlock({ gauges: ['cx_open', 'cx_pool_open', 'rq_open', 'rq_pending_open', 'rq_retry_open'] });

/** With `track_remaining`: how much of each limit is left. */
const T = statBlock({
  gauges: ['remaining_cx', 'remaining_cx_pools', 'remaining_pending', 'remaining_retries', 'remaining_rq'],
});

/** Stats of a cluster, listed with zeros before a worker writes them, and its circuit breakers as they stand. */
export function declareClusterStats(
  store: StatStore,
  cluster: ClusterMembership,
  runtime: RuntimeView,
): void {
  const root = `cluster.${cluster.config.statName}`;
  store.declare(root, C);
  store.declare(root, M);
  const kind = 'transport.socket.upstream';
  declareTransport(store, kind, cluster.config.transport, root);
  for (const { transport } of cluster.config.transportMatches) declareTransport(store, kind, transport, root);
  declareBreaker(store, cluster, 0, runtime);
  declareBreaker(store, cluster, 1, runtime);
}

/** One of the limits: the word that counts towards it, and its field and runtime key. */
interface Limit {
  readonly word: BreakerWord;
  readonly key: string;
  of(limits: ThresholdsConfig): number;
}

const connections: Limit = {
  word: BreakerWord.connections,
  key: 'max_connections',
  of: (limits) => limits.maxConnections,
};
const pools: Limit = {
  word: BreakerWord.pools,
  key: 'max_connection_pools',
  of: (limits) => limits.maxConnectionPools,
};
const pending: Limit = {
  word: BreakerWord.pending,
  key: 'max_pending_requests',
  of: (limits) => limits.maxPendingRequests,
};
const requests: Limit = {
  word: BreakerWord.requests,
  key: 'max_requests',
  of: (limits) => limits.maxRequests,
};
const retries: Limit = { word: BreakerWord.retries, key: 'max_retries', of: (limits) => limits.maxRetries };

/** By slot of `B` and of `T`. */
const openLimits: readonly Limit[] = [connections, pools, requests, pending, retries];
const remainingLimits: readonly Limit[] = [connections, pools, pending, retries, requests];

function declareBreaker(
  store: StatStore,
  { config, words }: ClusterMembership,
  priority: RoutingPriority,
  runtime: RuntimeView,
): void {
  const name = priority === 0 ? 'default' : 'high';
  const limits = config.thresholds[priority];
  const left = ({ word, key, of }: Limit): number =>
    runtime.number(`circuit_breakers.${config.name}.${name}.${key}`, of(limits)) - words.used(priority, word);
  const root = `cluster.${config.statName}.circuit_breakers.${name}`;
  // As in Envoy, a limit of nothing is not reached before something was let past it.
  const isOpen = (limit: Limit): boolean =>
    left(limit) <= 0 && (words.used(priority, limit.word) > 0 || words.isTouched(priority, limit.word));
  // A breaker that is closed counts as never written, so that sinks are not sent ten zeros a cluster.
  store.gaugeSources(root, B, (slot) => (isOpen(openLimits[slot] as Limit) ? 1 : -0));
  if (!limits.trackRemaining) return;
  store.gaugeSources(root, T, (slot) => {
    const limit = remainingLimits[slot] as Limit;
    // Of a retry budget nothing is said to remain once it was asked.
    if (limit === retries && words.isTouched(priority, limit.word)) return 0;
    return Math.max(0, left(limit));
  });
}
