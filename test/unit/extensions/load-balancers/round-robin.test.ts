import { deepEqual, notEqual, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SeededRandom } from '../../../../src/base/random.js';
import { roundRobin } from '../../../../src/extensions/load-balancers/round-robin/round-robin.js';
import { balancedCluster, plainPolicy } from '../../../support/balanced-cluster.js';
import { FakeHost, hostsOf } from '../../upstream/fake-host.js';
import { expectShares, pickMany } from './picks.js';

describe('round robin', () => {
  test('hosts of equal weight take turns', () => {
    const hosts = hostsOf({ healthy: 3 });
    const slots = pickMany(roundRobin.build(plainPolicy, balancedCluster())(hosts), 7).map(
      (host) => host.slot,
    );
    const first = slots[0] ?? 0;
    deepEqual(
      slots,
      slots.map((_, i) => (first + i) % 3),
    );
  });

  test('threads begin at different hosts', () => {
    const hosts = hostsOf({ healthy: 100 });
    const firstOf = (seed: number) =>
      pickMany(
        roundRobin.build(plainPolicy, balancedCluster({ random: new SeededRandom(seed) }))(hosts),
        1,
      )[0];
    notEqual(firstOf(1), firstOf(2));
  });

  test('a rebuild goes on where the rotation stood', () => {
    const hosts = hostsOf({ healthy: 5 });
    const pickerOf = roundRobin.build(plainPolicy, balancedCluster());
    const before = pickMany(pickerOf(hosts), 3).map((host) => host.slot);
    const after = pickMany(pickerOf(hosts), 1).map((host) => host.slot);
    deepEqual(after, [((before[2] ?? 0) + 1) % 5]);
  });

  test('equal weights share equally from any beginning', () => {
    const hosts = hostsOf({ healthy: 7 });
    const picks = pickMany(roundRobin.build(plainPolicy, balancedCluster())(hosts), 7000);
    expectShares(picks, new Map(hosts.map((host) => [host, 1 / 7])));
  });

  test('unequal weights share by weight', () => {
    const weights = [1, 2, 3, 10];
    const hosts = weights.map((weight, slot) => new FakeHost(slot, { weight }));
    const picks = pickMany(roundRobin.build(plainPolicy, balancedCluster())(hosts), 16_000);
    expectShares(picks, new Map(hosts.map((host) => [host, host.weight / 16])));
  });

  test('unequal weights are interleaved, not served in blocks', () => {
    const hosts = [new FakeHost(0, { weight: 2 }), new FakeHost(1, { weight: 1 })];
    const slots = pickMany(roundRobin.build(plainPolicy, balancedCluster())(hosts), 300).map(
      (host) => host.slot,
    );
    ok(!slots.join('').includes('11'));
    ok(!slots.join('').includes('00000'));
  });

  test('fresh weighted schedules do not all begin with the heaviest host', () => {
    const hosts = [new FakeHost(0, { weight: 3 }), new FakeHost(1, { weight: 1 })];
    const pickerOf = roundRobin.build(plainPolicy, balancedCluster());
    const firsts = Array.from({ length: 4000 }, () => pickMany(pickerOf(hosts), 1)[0]?.slot);
    ok(firsts.includes(0) && firsts.includes(1));
  });
});
