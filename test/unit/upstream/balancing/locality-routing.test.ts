import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Host, type HostChooser, HostHealth } from '../../../../src/api/upstream.js';
import { roundRobin } from '../../../../src/extensions/load-balancers/round-robin/round-robin.js';
import { defaultLocalityRouting } from '../../../../src/upstream/balancing/policy-config.js';
import { balancedCluster, clusterHosts, plainPolicy } from '../../../support/balanced-cluster.js';
import { anyHost, FakeHost } from '../fake-host.js';
import { FakeStats } from '../fake-scope.js';

let nextSlot = 0;

/** Hosts of one zone, of which the last ones fail. */
function zoneOf(zone: string, { healthy = 0, failing = 0, weight = 0 }): FakeHost[] {
  return Array.from(
    { length: healthy + failing },
    (_, i) =>
      new FakeHost(nextSlot++, {
        locality: { region: '', zone, subZone: '' },
        localityWeight: weight,
        health: i < healthy ? 0 : HostHealth.failedActiveHc,
      }),
  );
}

/** Percent of picks by zone. */
function sharesOf(chooser: HostChooser, count = 20_000): { readonly [zone: string]: number } {
  const seen: { [zone: string]: number } = {};
  for (let i = 0; i < count; i++) {
    const zone = chooser.choose(anyHost)?.locality.zone ?? 'none';
    seen[zone] = (seen[zone] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(seen).map(([zone, n]) => [zone, Math.round((100 * n) / count)]));
}

describe('locality-weighted balancing', () => {
  const weighted = { ...plainPolicy, locality: { ...defaultLocalityRouting, kind: 'weighted' as const } };

  /** Zone x of weight 1 with some of a hundred hosts healthy, beside y of weight 2 that is well. */
  function shareOfX(healthy: number): number | undefined {
    const hosts = [
      ...zoneOf('x', { healthy, failing: 100 - healthy, weight: 1 }),
      ...zoneOf('y', { healthy: 100, weight: 2 }),
    ];
    return sharesOf(roundRobin.build(weighted, balancedCluster())(hosts))['x'];
  }

  test('health below what overprovisioning makes up for takes its share from a locality', () => {
    deepEqual([100, 70, 50, 25, 0].map(shareOfX), [33, 33, 26, 15, undefined]);
  });

  test('a locality without a weight gets nothing', () => {
    const hosts = [...zoneOf('x', { healthy: 3 }), ...zoneOf('y', { healthy: 3, weight: 1 })];
    deepEqual(sharesOf(roundRobin.build(weighted, balancedCluster())(hosts)), { y: 100 });
  });

  test('without any weight localities do not count', () => {
    const hosts = [...zoneOf('x', { healthy: 3 }), ...zoneOf('y', { healthy: 1 })];
    deepEqual(sharesOf(roundRobin.build(weighted, balancedCluster())(hosts)), { x: 75, y: 25 });
  });
});

describe('zone-aware routing', () => {
  function zoneShares(upstream: readonly Host[], proxies: readonly Host[], stats = new FakeStats()) {
    const cluster = balancedCluster({ zone: 'x', localCluster: clusterHosts(proxies), stats });
    return sharesOf(roundRobin.build(plainPolicy, cluster)(upstream));
  }

  test('all traffic stays in a zone that has its share of hosts', () => {
    const upstream = [...zoneOf('x', { healthy: 4 }), ...zoneOf('y', { healthy: 4 })];
    const proxies = [...zoneOf('x', { healthy: 1 }), ...zoneOf('y', { healthy: 1 })];
    const stats = new FakeStats();
    deepEqual(zoneShares(upstream, proxies, stats), { x: 100 });
    equal(stats.get('cluster.c.lb_zone_routing_all_directly'), 20_000);
  });

  test('a zone with too few hosts sends the rest to those that have more than their share', () => {
    const upstream = [
      ...zoneOf('x', { healthy: 2 }),
      ...zoneOf('y', { healthy: 4 }),
      ...zoneOf('z', { healthy: 4 }),
    ];
    const proxies = [
      ...zoneOf('x', { healthy: 2 }),
      ...zoneOf('y', { healthy: 2 }),
      ...zoneOf('z', { healthy: 1 }),
    ];
    deepEqual(zoneShares(upstream, proxies), { x: 50, z: 50 });
  });

  test('small clusters and proxies outside of every zone are balanced without zones', () => {
    const small = [...zoneOf('x', { healthy: 2 }), ...zoneOf('y', { healthy: 2 })];
    const proxies = [...zoneOf('x', { healthy: 1 }), ...zoneOf('y', { healthy: 1 })];
    const stats = new FakeStats();
    deepEqual(zoneShares(small, proxies, stats), { x: 50, y: 50 });
    equal(stats.get('cluster.c.lb_zone_cluster_too_small'), 20_000);
    const large = [...zoneOf('x', { healthy: 4 }), ...zoneOf('y', { healthy: 4 })];
    deepEqual(zoneShares(large, zoneOf('y', { healthy: 2 })), { x: 50, y: 50 });
  });

  test('runtime says how many hosts of the own zone keep all traffic, whether zones count at all, and from which size', () => {
    const upstream = [...zoneOf('x', { healthy: 2 }), ...zoneOf('y', { healthy: 6 })];
    const proxies = [...zoneOf('x', { healthy: 1 }), ...zoneOf('y', { healthy: 1 })];
    const forced = { ...plainPolicy, locality: { ...defaultLocalityRouting, forceLocalMinHosts: 3 } };
    const shares = (runtime: { readonly [key: string]: number }, policy = forced): unknown => {
      const cluster = balancedCluster({ zone: 'x', localCluster: clusterHosts(proxies), runtime });
      return sharesOf(roundRobin.build(policy, cluster)(upstream));
    };
    deepEqual(shares({}), { x: 50, y: 50 });
    deepEqual(shares({ 'upstream.zone_routing.force_local_zone.min_size': 2 }), { x: 100 });
    deepEqual(shares({ 'upstream.zone_routing.force_local_zone.min_size': 2 }, plainPolicy), {
      x: 50,
      y: 50,
    });
    deepEqual(shares({ 'upstream.zone_routing.enabled': 0 }), { x: 25, y: 75 });
    deepEqual(shares({ 'upstream.zone_routing.min_cluster_size': 9 }), { x: 25, y: 75 });
  });

  test('a local cluster in panic counts and is not used', () => {
    const upstream = [...zoneOf('x', { healthy: 4 }), ...zoneOf('y', { healthy: 4 })];
    const stats = new FakeStats();
    const proxies = [...zoneOf('x', { healthy: 1, failing: 3 }), ...zoneOf('y', { healthy: 0, failing: 4 })];
    deepEqual(zoneShares(upstream, proxies, stats), { x: 50, y: 50 });
    equal(stats.get('cluster.c.lb_local_cluster_not_ok'), 20_000);
  });

  test('runtime says when the local cluster is in panic', () => {
    const upstream = [...zoneOf('x', { healthy: 4 }), ...zoneOf('y', { healthy: 4 })];
    const proxies = [...zoneOf('x', { healthy: 1, failing: 3 }), ...zoneOf('y', { healthy: 1, failing: 3 })];
    const runtime = { 'upstream.healthy_panic_threshold': 25 };
    const cluster = balancedCluster({ zone: 'x', localCluster: clusterHosts(proxies), runtime });
    deepEqual(sharesOf(roundRobin.build(plainPolicy, cluster)(upstream)), { x: 100 });
  });
});

describe('slow start', () => {
  const policy = {
    ...plainPolicy,
    slowStart: { windowMs: 60_000, aggression: 1, aggressionKey: '', minimum: 0.1 },
  };

  function shareOfNew(elapsedMs: number): number {
    const fresh = new FakeHost(0, { servesSinceMs: 0 });
    const cluster = balancedCluster({ nowMs: () => elapsedMs });
    const chooser = roundRobin.build(policy, cluster)([fresh, new FakeHost(1)]);
    let picks = 0;
    for (let i = 0; i < 11_000; i++) if (chooser.choose(anyHost) === fresh) picks++;
    return Math.round((100 * picks) / 11_000);
  }

  test('a new host gets a tenth, then its part of the window, then its whole share', () => {
    deepEqual([0, 6000, 30_000, 60_000].map(shareOfNew), [9, 9, 33, 50]);
  });
});
