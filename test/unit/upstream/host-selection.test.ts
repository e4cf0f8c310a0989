import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Host, HostPicker, PickerMaker } from '../../../src/api/upstream.js';
import { HostHealth } from '../../../src/api/upstream.js';
import { SeededRandom } from '../../../src/base/random.js';
import { HostSelector } from '../../../src/upstream/host-selection.js';
import { balancedCluster, type ClusterParts } from '../../support/balanced-cluster.js';
import { anyHost, type FakeHost, hostsOf } from './fake-host.js';
import { FakeStats } from './fake-scope.js';

/** Takes turns; remembers how often it was made. */
class Turns implements HostPicker {
  private readonly hosts: readonly Host[];
  private at = 0;

  constructor(hosts: readonly Host[]) {
    this.hosts = hosts;
  }

  pick(): Host | null {
    return this.hosts[this.at++ % this.hosts.length] ?? null;
  }
}

const turnsOf: PickerMaker = ({ hosts }) => new Turns(hosts);

function selectorOf(hosts: readonly Host[], parts: ClusterParts = {}): HostSelector {
  return new HostSelector(hosts, balancedCluster({ random: new SeededRandom(7), ...parts }), turnsOf);
}

/** Share of picks by a property of the host. */
function shares(
  selector: HostSelector,
  keyOf: (host: Host) => string | number,
): Map<string | number, number> {
  const count = 20_000;
  const seen = new Map<string | number, number>();
  for (let i = 0; i < count; i++) {
    const host = selector.choose(anyHost);
    const key = host === null ? 'none' : keyOf(host);
    seen.set(key, (seen.get(key) ?? 0) + 1 / count);
  }
  return seen;
}

function isNear(actual: number | undefined, expected: number): boolean {
  return Math.abs((actual ?? 0) - expected) < 0.015;
}

describe('host selection', () => {
  test('without hosts there is none to choose', () => {
    equal(selectorOf([]).choose(anyHost), null);
  });

  test('one healthy level is picked from without a draw', () => {
    const random = new SeededRandom(1);
    random.below = () => {
      throw new Error('no draw is needed');
    };
    const hosts = hostsOf({ healthy: 3 });
    const selector = selectorOf(hosts, { random });
    deepEqual(
      [0, 1, 2, 3].map(() => selector.choose(anyHost)),
      [hosts[0], hosts[1], hosts[2], hosts[0]],
    );
  });

  test('unhealthy hosts are left out while enough are healthy', () => {
    const seen = shares(selectorOf(hostsOf({ healthy: 8, unhealthy: 2 })), (host) => host.health);
    deepEqual([...seen.keys()], [0]);
  });

  test('a second priority gets what the first cannot carry', () => {
    const seen = shares(
      selectorOf(hostsOf({ healthy: 5, unhealthy: 5 }, { healthy: 10 })),
      (host) => host.priority,
    );
    ok(isNear(seen.get(0), 0.7) && isNear(seen.get(1), 0.3));
  });

  test('degraded hosts serve what healthy ones of all levels cannot', () => {
    const seen = shares(
      selectorOf(hostsOf({ healthy: 5, degraded: 13, unhealthy: 2 })),
      (host) => host.health,
    );
    ok(isNear(seen.get(0), 0.35) && isNear(seen.get(HostHealth.degradedActiveHc), 0.65));
  });

  test('a level in panic uses all of its hosts and says so once per pick', () => {
    const stats = new FakeStats();
    const selector = selectorOf(hostsOf({ healthy: 1, unhealthy: 3 }), { stats });
    const seen = shares(selector, (host) => host.slot);
    equal(seen.size, 4);
    equal(stats.get('cluster.c.lb_healthy_panic'), 20_000);
  });

  test('runtime can switch panic off, and then nobody serves for hosts that all fail', () => {
    const runtime = { 'upstream.healthy_panic_threshold': 0 };
    equal(selectorOf(hostsOf({ unhealthy: 3 }), { runtime }).choose(anyHost), null);
  });

  test('hosts that await their first check count only when they are not to be ignored', () => {
    const hosts: FakeHost[] = hostsOf({ healthy: 1, unhealthy: 3 });
    for (const host of hosts) if (host.health !== 0) host.health |= HostHealth.pendingActiveHc;
    equal(shares(selectorOf(hosts), (host) => host.slot).size, 4);
    equal(shares(selectorOf(hosts, { ignoreNewHostsUntilFirstHc: true }), (host) => host.slot).size, 1);
  });

  test('draining hosts are out of every percentage', () => {
    const hosts: FakeHost[] = hostsOf({ healthy: 1, unhealthy: 3 });
    for (const host of hosts) if (host.health !== 0) host.health = HostHealth.edsStatusDraining;
    equal(shares(selectorOf(hosts), (host) => host.slot).size, 1);
  });

  test('gaps between priorities carry nothing', () => {
    const seen = shares(selectorOf(hostsOf({ unhealthy: 2 }, {}, { healthy: 2 })), (host) => host.priority);
    deepEqual([...seen.keys()], [2]);
  });

  test('a refused host is drawn again, as often as allowed, and the last draw stands', () => {
    const hosts = hostsOf({ healthy: 5 });
    const refusing = (limit: number, refused: readonly Host[]) =>
      selectorOf(hosts).choose({
        ...anyHost,
        hostSelectionMaxAttempts: limit,
        accepts: (host) => !refused.includes(host),
      });
    equal(refusing(3, hosts.slice(0, 2)), hosts[2]);
    equal(refusing(3, hosts), hosts[3]);
    equal(refusing(0, hosts), hosts[0]);
  });

  test('pickers are made when first needed, once', () => {
    let made = 0;
    const selector = new HostSelector(
      hostsOf({ healthy: 2 }, { healthy: 2 }),
      balancedCluster(),
      ({ hosts }) => {
        made++;
        return new Turns(hosts);
      },
    );
    equal(made, 0);
    for (let i = 0; i < 10; i++) selector.choose(anyHost);
    equal(made, 1);
  });

  test('health is as it was at construction', () => {
    const hosts = hostsOf({ healthy: 2 });
    const selector = selectorOf(hosts);
    for (const host of hosts) host.health = HostHealth.failedActiveHc;
    ok(selector.choose(anyHost) !== null);
  });
});
