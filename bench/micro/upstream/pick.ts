import type { Bench } from 'tinybench';
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
import { ipAddress } from '../../../src/network/address.js';
import type { MaglevConfig, RingHashConfig } from '../../../src/upstream/balancing/policy-config.js';
import { LiveHost } from '../../../src/upstream/host.js';
import { HostTable } from '../../../src/upstream/shared-words.js';
import { balancedCluster, plainPolicy } from '../../../test/support/balanced-cluster.js';
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
    const record = {
      slot,
      ip,
      port: 80,
      hostname: '',
      weight: weightOf(slot),
      priority: 0,
      locality: { region: '', zone: '', subZone: '' },
      localityWeight: 0,
      metadata: null,
      healthCheck: null,
    };
    return new LiveHost(record, ipAddress(ip, 80), table, slot, null);
  });
}

const least = { ...plainPolicy, choiceCount: 2, bias: 1, biasKey: '', isFullScan: false };
const hashing = { usesHostname: false, balanceFactor: 0, isLocalityWeighted: false };
const ring: RingHashConfig = {
  ...hashing,
  hashFunction: 'xxhash',
  minimumSize: 1024,
  maximumSize: 8_388_608,
};
const table: MaglevConfig = { ...hashing, tableSize: 65_537 };

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
      ['random', randomPolicy.build(plainPolicy, cluster)(equal)],
      ['ring hash', ringHash.build(ring, cluster)(equal)],
      ['maglev', maglev.build(table, cluster)(equal)],
    ];
    for (const [name, each] of picks)
      addBatched(bench, `${name}, ${count} hosts`, () => each.choose(context));
    const balancer = roundRobin.build(plainPolicy, cluster);
    bench.add(`rebuild, ${count} hosts, a fifth failing`, () => {
      balancer(partly).choose(context);
    });
  }
}
