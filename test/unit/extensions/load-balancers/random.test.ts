import { describe, test } from 'node:test';
import { random } from '../../../../src/extensions/load-balancers/random/random.js';
import { balancedCluster, plainPolicy } from '../../../support/balanced-cluster.js';
import { FakeHost } from '../../upstream/fake-host.js';
import { expectShares, pickMany } from './picks.js';

describe('random', () => {
  test('hosts share equally whatever their weights', () => {
    const hosts = [1, 2, 50, 3, 3].map((weight, slot) => new FakeHost(slot, { weight }));
    const picks = pickMany(random.build(plainPolicy, balancedCluster())(hosts), 20_000);
    expectShares(picks, new Map(hosts.map((host) => [host, 0.2])));
  });

  test('what comes next does not depend on what came before', () => {
    const hosts = [new FakeHost(0), new FakeHost(1)];
    const picks = pickMany(random.build(plainPolicy, balancedCluster())(hosts), 20_000);
    const afterFirst = picks.filter((_, i) => i > 0 && picks[i - 1] === hosts[0]);
    expectShares(afterFirst, new Map(hosts.map((host) => [host, 0.5])));
  });
});
