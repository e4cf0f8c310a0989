import type { Bench } from 'tinybench';
import type { ThreadScope } from '../../../src/api/thread-scope.js';
import {
  type Host,
  type HostChooser,
  HostHealth,
  type LoadBalancerContext,
} from '../../../src/api/upstream.js';
import { leastRequest } from '../../../src/extensions/load-balancers/least-request/least-request.js';
import { maglev } from '../../../src/extensions/load-balancers/maglev/maglev.js';
import { random as randomPolicy } from '../../../src/extensions/load-balancers/random/random.js';
import { ringHash } from '../../../src/extensions/load-balancers/ring-hash/ring-hash.js';
import { roundRobin } from '../../../src/extensions/load-balancers/round-robin/round-robin.js';
import { subset } from '../../../src/extensions/load-balancers/subset/subset.js';
import { ipAddress } from '../../../src/network/address.js';
import type {
  MaglevConfig,
  RingHashConfig,
  RoundRobinConfig,
} from '../../../src/upstream/balancing/policy-config.js';
import type { SubsetConfig } from '../../../src/upstream/balancing/subset-config.js';
import { LiveHost } from '../../../src/upstream/host.js';
import { HostTable } from '../../../src/upstream/shared-words.js';
import { balancedCluster, clusterHosts, plainPolicy } from '../../../test/support/balanced-cluster.js';
import { addBatched } from '../batch.js';

const context: LoadBalancerContext = {
  hash: 0x1234_5678_9abc_def0n,
  metadataMatch: null,
  headers: null,
  attempt: 0,
  accepts: () => true,
  hostSelectionMaxAttempts: 1,
};

const cluster = balancedCluster();
/** Of a request whose route asks for one of eight subsets. */
const staged: LoadBalancerContext = { ...context, metadataMatch: { 'envoy.lb': { stage: 'stage-3' } } };

/** Hosts over shared words, as workers have them; every `failing`-th one fails its health check. */
function liveHosts(
  count: number,
  weightOf: (slot: number) => number,
  failing = Number.POSITIVE_INFINITY,
): Host[] {
  const table = new HostTable(HostTable.allocate(count, 2), count, 2, 1);
  return Array.from({ length: count }, (_, slot) => {
    const ip = `10.${(slot >> 16) & 255}.${(slot >> 8) & 255}.${slot & 255}`;
    if (slot % failing === 1) table.setHealth(slot, HostHealth.failedActiveHc);
    const zone = `zone-${slot % 4}`;
    const record = {
      slot,
      ip,
      port: 80,
      hostname: '',
      weight: weightOf(slot),
      priority: 0,
      locality: { region: '', zone, subZone: '' },
      localityWeight: 1 + (slot % 4),
      metadata: { 'envoy.lb': { stage: `stage-${slot % 8}` } },
      healthCheck: null,
    };
    return new LiveHost(record, ipAddress(ip, 80), table, slot, null);
  });
}

const least = { ...plainPolicy, choiceCount: 2, bias: 1, biasKey: '', isFullScan: false };
const hashing = { usesHostname: false, balanceFactor: 0, isLocalityWeighted: false, hashPolicies: [] };
const ring: RingHashConfig = {
  ...hashing,
  hashFunction: 'xxhash',
  minimumSize: 1024,
  maximumSize: 8_388_608,
};
const table: MaglevConfig = { ...hashing, tableSize: 65_537 };
const weightedLocalities: RoundRobinConfig = {
  ...plainPolicy,
  locality: { ...plainPolicy.locality, kind: 'weighted' },
};
const subsets: SubsetConfig = {
  fallback: 'NO_FALLBACK',
  defaultSubset: {},
  selectors: [{ keys: ['stage'], fallback: 'NOT_DEFINED', fallbackKeys: [], isSingleHost: false }],
  allowsRedundantKeys: false,
  panicsToAny: false,
  listAsAny: false,
  localityWeights: 'none',
  hasFallbackList: false,
  child: { name: roundRobin.name, typeUrl: roundRobin.typeUrl, config: plainPolicy },
};

function subsetsOf(hosts: readonly Host[]): HostChooser {
  const extensions = { find: () => roundRobin } as unknown as ThreadScope['extensions'];
  return subset.build(subsets, { ...cluster, scope: { ...cluster.scope, extensions } })(hosts);
}

/** Proxies in as many zones as the upstream has hosts in. */
function zonesOf(hosts: readonly Host[]): HostChooser {
  const local = clusterHosts(liveHosts(8, () => 1));
  return roundRobin.build(plainPolicy, balancedCluster({ zone: 'zone-0', localCluster: local }))(hosts);
}

/** A pick should not depend on the number of hosts; a rebuild may, and happens once per change of health. */
export function add(bench: Bench): void {
  for (const count of [10, 10_000]) {
    const equal = liveHosts(count, () => 1);
    const weighted = liveHosts(count, (slot) => 1 + (slot % 7));
    const partly = liveHosts(count, () => 1, 5);
    const picks: readonly (readonly [string, HostChooser])[] = [
      ['round robin', roundRobin.build(plainPolicy, cluster)(equal)],
      ['round robin by weight', roundRobin.build(plainPolicy, cluster)(weighted)],
      ['least request', leastRequest.build(least, cluster)(equal)],
      ['least request by weight', leastRequest.build(least, cluster)(weighted)],
      ['least request, full scan', leastRequest.build({ ...least, isFullScan: true }, cluster)(equal)],
      ['localities by weight', roundRobin.build(weightedLocalities, cluster)(equal)],
      ['zone aware', zonesOf(equal)],
      ['random', randomPolicy.build(plainPolicy, cluster)(equal)],
      ['ring hash', ringHash.build(ring, cluster)(equal)],
      ['ring hash, bounded', ringHash.build({ ...ring, balanceFactor: 150 }, cluster)(equal)],
      ['maglev', maglev.build(table, cluster)(equal)],
      ['maglev, bounded', maglev.build({ ...table, balanceFactor: 150 }, cluster)(equal)],
    ];
    for (const [name, each] of picks)
      addBatched(bench, `${name}, ${count} hosts`, () => each.choose(context));
    const inSubsets = subsetsOf(equal);
    addBatched(bench, `subset, ${count} hosts`, () => inSubsets.choose(staged));
    const balancer = roundRobin.build(plainPolicy, cluster);
    bench.add(`rebuild, ${count} hosts, a fifth failing`, () => {
      balancer(partly).choose(context);
    });
  }
}
