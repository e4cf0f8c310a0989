import type { Bench } from 'tinybench';
import type { RuntimeView } from '../../../src/api/runtime.js';
import type { ThreadScope } from '../../../src/api/thread-scope.js';
import {
  type Host,
  HostHealth,
  type HostPicker,
  type LoadBalancerContext,
} from '../../../src/api/upstream.js';
import { SeededRandom } from '../../../src/base/random.js';
import { leastRequest } from '../../../src/extensions/load-balancers/least-request/least-request.js';
import { random as randomPolicy } from '../../../src/extensions/load-balancers/random/random.js';
import { roundRobin } from '../../../src/extensions/load-balancers/round-robin/round-robin.js';
import { ipAddress } from '../../../src/network/address.js';
import { LiveHost } from '../../../src/upstream/host.js';
import { HostSelector } from '../../../src/upstream/host-selection.js';
import { HostTable } from '../../../src/upstream/shared-words.js';
import { addBatched } from '../batch.js';

const context: LoadBalancerContext = {
  hash: undefined,
  headers: null,
  attempt: 0,
  accepts: () => true,
  hostSelectionMaxAttempts: 1,
};

const runtime: RuntimeView = {
  number: (_key, fallback) => fallback,
  bool: (_key, fallback) => fallback,
  string: () => undefined,
  sampled: () => false,
};

/** Balancers use no more of a thread than this. */
const scope = { random: new SeededRandom(1), runtime } as Partial<ThreadScope> as ThreadScope;

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
      metadata: null,
      healthCheck: null,
    };
    return new LiveHost(record, ipAddress(ip, 80), table, slot, null);
  });
}

function selector(hosts: readonly Host[], pickerOf: (hosts: readonly Host[]) => HostPicker): HostSelector {
  return new HostSelector({
    hosts,
    overprovisioningFactor: 140,
    panicThresholdPercent: 50,
    ignoreNewHostsUntilFirstHc: false,
    pickerOf,
    random: new SeededRandom(3),
    runtime,
    onPanic: () => undefined,
  });
}

/** A pick should not depend on the number of hosts; a rebuild may, and happens once per change of health. */
export function add(bench: Bench): void {
  for (const count of [10, 10_000]) {
    const equal = liveHosts(count, () => 1);
    const weighted = liveHosts(count, (slot) => 1 + (slot % 7));
    const partly = liveHosts(count, () => 1, 5);
    const picks: readonly (readonly [string, HostSelector])[] = [
      ['round robin', selector(equal, roundRobin.build({}, scope))],
      ['round robin by weight', selector(weighted, roundRobin.build({}, scope))],
      ['least request', selector(equal, leastRequest.build({}, scope))],
      ['least request by weight', selector(weighted, leastRequest.build({}, scope))],
      ['random', selector(equal, randomPolicy.build({}, scope))],
    ];
    for (const [name, each] of picks)
      addBatched(bench, `${name}, ${count} hosts`, () => each.choose(context));
    const pickerOf = roundRobin.build({}, scope);
    bench.add(`rebuild, ${count} hosts, a fifth failing`, () => {
      selector(partly, pickerOf).choose(context);
    });
  }
}
