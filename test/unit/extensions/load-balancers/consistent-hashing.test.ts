import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Host, HostChooser } from '../../../../src/api/upstream.js';
import { xxHash64 } from '../../../../src/base/xx-hash.js';
import { maglev } from '../../../../src/extensions/load-balancers/maglev/maglev.js';
import { ringHash } from '../../../../src/extensions/load-balancers/ring-hash/ring-hash.js';
import type { MaglevConfig, RingHashConfig } from '../../../../src/upstream/balancing/policy-config.js';
import { balancedCluster } from '../../../support/balanced-cluster.js';
import { anyHost, FakeHost, hostsOf } from '../../upstream/fake-host.js';
import { FakeStats } from '../../upstream/fake-scope.js';

const plain = { usesHostname: false, balanceFactor: 0, isLocalityWeighted: false, hashPolicies: [] };
const ring: RingHashConfig = { ...plain, hashFunction: 'xxhash', minimumSize: 1024, maximumSize: 8_388_608 };
const table: MaglevConfig = { ...plain, tableSize: 65_537 };

function pickAt(chooser: HostChooser, hash: bigint): Host | null {
  return chooser.choose({ ...anyHost, hash });
}

function picksOf(chooser: HostChooser, count = 2000): (number | undefined)[] {
  return Array.from({ length: count }, (_, i) => pickAt(chooser, xxHash64(`key ${i}`))?.slot);
}

describe('ring hash', () => {
  test('equal hosts stand equally often on a ring of the least size', () => {
    const stats = new FakeStats();
    pickAt(ringHash.build(ring, balancedCluster({ stats }))(hostsOf({ healthy: 2 })), 1n);
    equal(stats.get('cluster.c.ring_hash_lb.size'), 1024);
    equal(stats.get('cluster.c.ring_hash_lb.min_hashes_per_host'), 512);
    equal(stats.get('cluster.c.ring_hash_lb.max_hashes_per_host'), 512);
  });

  test('weights decide how often a host stands on it', () => {
    const stats = new FakeStats();
    const hosts = [new FakeHost(0, { weight: 1 }), new FakeHost(1, { weight: 3 })];
    pickAt(ringHash.build(ring, balancedCluster({ stats }))(hosts), 1n);
    equal(stats.get('cluster.c.ring_hash_lb.min_hashes_per_host'), 256);
    equal(stats.get('cluster.c.ring_hash_lb.max_hashes_per_host'), 768);
  });

  test('a request belongs to the first entry at or behind its hash', () => {
    const hosts = hostsOf({ healthy: 3 });
    const small = { ...ring, minimumSize: 3, maximumSize: 3 };
    const chooser = ringHash.build(small, balancedCluster())(hosts);
    const entries = hosts
      .map((host) => ({ host, hash: xxHash64(`${host.address.text}_0`) }))
      .sort((a, b) => (a.hash < b.hash ? -1 : 1));
    for (const [i, { host, hash }] of entries.entries()) {
      equal(pickAt(chooser, hash), host);
      equal(pickAt(chooser, hash + 1n), entries[(i + 1) % 3]?.host);
    }
  });

  test('a refused host is followed by the next entry', () => {
    const hosts = hostsOf({ healthy: 3 });
    const small = { ...ring, minimumSize: 3, maximumSize: 3 };
    const chooser = ringHash.build(small, balancedCluster())(hosts);
    const first = pickAt(chooser, 5n);
    const second = chooser.choose({
      ...anyHost,
      hash: 5n,
      hostSelectionMaxAttempts: 2,
      accepts: (host) => host !== first,
    });
    ok(second !== null && second !== first);
  });

  test('metadata and, where asked for, the hostname are hashed instead of the address', () => {
    const byAddress = new FakeHost(0, { hostname: 'a.local' });
    const keyed = new FakeHost(7, {
      metadata: { filter_metadata: { 'envoy.lb': { hash_key: '10.0.0.0:80' } } },
    });
    const other = new FakeHost(1);
    const slots = (first: Host, usesHostname = false): boolean[] => {
      const chooser = ringHash.build({ ...ring, usesHostname }, balancedCluster())([first, other]);
      return Array.from({ length: 200 }, (_, i) => pickAt(chooser, xxHash64(String(i))) === first);
    };
    deepEqual(slots(keyed), slots(byAddress));
    ok(slots(byAddress, true).some((hit, i) => hit !== slots(byAddress)[i]));
  });
});

describe('maglev', () => {
  test('the table is shared by weight', () => {
    const stats = new FakeStats();
    const hosts = [new FakeHost(0, { weight: 1 }), new FakeHost(1, { weight: 3 })];
    pickAt(maglev.build(table, balancedCluster({ stats }))(hosts), 1n);
    equal(
      stats.get('cluster.c.maglev_lb.min_entries_per_host') +
        stats.get('cluster.c.maglev_lb.max_entries_per_host'),
      65_537,
    );
    ok(Math.abs(stats.get('cluster.c.maglev_lb.min_entries_per_host') - 16_384) < 3);
  });

  test('the order of hosts does not matter', () => {
    const hosts = hostsOf({ healthy: 5 });
    const slots = picksOf(maglev.build(table, balancedCluster())(hosts));
    deepEqual(picksOf(maglev.build(table, balancedCluster())([...hosts].reverse())), slots);
  });
});

for (const [name, build] of [
  ['ring hash', (hosts: readonly Host[]) => ringHash.build(ring, balancedCluster())(hosts)],
  ['maglev', (hosts: readonly Host[]) => maglev.build(table, balancedCluster())(hosts)],
] as const) {
  describe(`${name} as any consistent hashing`, () => {
    test('gives the same hash the same host, in every thread', () => {
      const hosts = hostsOf({ healthy: 8 });
      deepEqual(picksOf(build(hosts)), picksOf(build(hosts)));
    });

    test('moves little when a host is lost', () => {
      const hosts = hostsOf({ healthy: 8 });
      const before = picksOf(build(hosts));
      const after = picksOf(build(hosts.slice(0, 7)));
      const moved = before.filter((slot, i) => slot !== 7 && slot !== after[i]).length;
      ok(moved < 0.1 * before.length, `${moved} of ${before.length} moved without need`);
    });

    test('spreads requests without a hash', () => {
      const chooser = build(hostsOf({ healthy: 4 }));
      const seen = new Set(
        Array.from({ length: 200 }, () => chooser.choose({ ...anyHost, hash: undefined })),
      );
      equal(seen.size, 4);
    });

    test('chooses the priority by the hash too', () => {
      const chooser = build(hostsOf({ healthy: 1, unhealthy: 1 }, { healthy: 2 }));
      for (let i = 0n; i < 300n; i++) equal(pickAt(chooser, i)?.priority, i % 100n < 70n ? 0 : 1);
    });
  });
}

describe('bounded load', () => {
  test('a host with more than its part is passed over, for the same other one each time', () => {
    const hosts = hostsOf({ healthy: 4 });
    const chooser = ringHash.build(
      { ...ring, balanceFactor: 150 },
      balancedCluster({ activeRequests: 7 }),
    )(hosts);
    const first = pickAt(chooser, 99n);
    ok(first instanceof FakeHost);
    first.activeRequests = 4;
    const second = pickAt(chooser, 99n);
    ok(second !== first && second !== null);
    equal(pickAt(chooser, 99n), second);
    first.activeRequests = 3;
    equal(pickAt(chooser, 99n), first);
  });

  test('when all have too much the least loaded serves', () => {
    const hosts = hostsOf({ healthy: 3 });
    for (const [i, host] of hosts.entries()) host.activeRequests = 100 - i;
    const chooser = maglev.build(
      { ...table, balanceFactor: 100 },
      balancedCluster({ activeRequests: 10 }),
    )(hosts);
    equal(pickAt(chooser, 3n)?.slot, 2);
  });
});
