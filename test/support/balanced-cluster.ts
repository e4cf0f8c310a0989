import type { StatScope } from '../../src/api/stats.js';
import type { ThreadScope } from '../../src/api/thread-scope.js';
import type { BalancedCluster, Host } from '../../src/api/upstream.js';
import { type Random, SeededRandom } from '../../src/base/random.js';
import { defaultLocalityRouting, type RoundRobinConfig } from '../../src/upstream/balancing/policy-config.js';
import { C } from '../../src/upstream/cluster-stats.js';
import { FakeStats, fakeRuntime } from '../unit/upstream/fake-scope.js';

/** What a policy has when nothing is configured. */
export const plainPolicy: RoundRobinConfig = { locality: defaultLocalityRouting, slowStart: null };

export interface ClusterParts extends Partial<Omit<BalancedCluster, 'scope' | 'stats'>> {
  readonly random?: Random;
  readonly runtime?: { readonly [key: string]: number };
  readonly stats?: StatScope;
  readonly zone?: string;
  nowMs?(): number;
}

/** A cluster as balancers see it, with Envoy's defaults and randomness that repeats. */
export function balancedCluster(parts: ClusterParts = {}): BalancedCluster {
  const {
    random = new SeededRandom(11),
    runtime = {},
    stats = new FakeStats(),
    zone = '',
    nowMs,
    ...rest
  } = parts;
  const scope: Partial<ThreadScope> = {
    threadIndex: 1,
    random,
    runtime: fakeRuntime(runtime),
    stats,
    node: { id: '', cluster: '', zone, localAddress: '', metadata: null },
    shared: {
      nowMs: nowMs ?? (() => 0),
      words: () => new BigInt64Array(7),
      bytes: (_, length) => new Uint8Array(length),
    },
  };
  return {
    name: 'c',
    scope: scope as ThreadScope,
    stats: stats.bind('cluster.c', C),
    activeRequests: 0,
    overprovisioningFactor: 140,
    panicThresholdPercent: 50,
    ignoreNewHostsUntilFirstHc: false,
    weightedPriorityHealth: false,
    localCluster: null,
    providedBalancer: () => () => ({ choose: () => null }),
    wantHost: () => null,
    ...rest,
  };
}

/** Hosts as another cluster has them. */
export function clusterHosts(
  currentHosts: readonly Host[],
  hostsVersion = 1,
): BalancedCluster['localCluster'] {
  return { currentHosts, hostsVersion };
}
