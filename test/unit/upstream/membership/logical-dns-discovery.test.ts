import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostHealth } from '../../../../src/api/upstream.js';
import { ClusterRegistry } from '../../../../src/upstream/membership/registry.js';
import { cluster, dns, endpoint } from '../cluster-configs.js';
import { settled } from '../fake-resolver.js';
import { FakeMain } from '../member-support.js';

async function logical(ips: readonly string[]) {
  const main = new FakeMain();
  main.resolver.has('a.test', ips);
  const registry = new ClusterRegistry(main);
  const config = cluster({ type: 'LOGICAL_DNS', endpoints: [endpoint('a.test', 80)], dns: dns() });
  const live = registry.add(config, main.onReady(config));
  await settled();
  const later = async (): Promise<void> => {
    main.time.advance(5010);
    await settled();
  };
  return { main, live, later };
}

describe('logical DNS clusters', () => {
  test('have one host, at the first address', async () => {
    const { main } = await logical(['10.0.0.2', '10.0.0.1']);
    deepEqual([main.hosts(), main.ready, main.stat('membership_total')], [['10.0.0.2:80'], ['c'], 1]);
    equal(main.published.at(-1)?.hosts[0]?.hostname, 'a.test');
  });

  test('keep the host, its slot and its health when the address changes', async () => {
    const { main, live, later } = await logical(['10.0.0.1']);
    const [member] = live.members();
    member?.change(HostHealth.failedOutlierCheck, 0);
    main.resolver.has('a.test', ['10.0.0.9', '10.0.0.1']);
    await later();
    deepEqual(main.hosts(), ['10.0.0.9:80']);
    deepEqual([[...live.members()][0] === member, member?.address.text], [true, '10.0.0.9:80']);
    deepEqual([main.stat('membership_change'), main.published.at(-1)?.hosts[0]?.slot], [2, member?.slot]);
  });

  test('keep the address when an answer is empty, which counts as a failure', async () => {
    const { main, later } = await logical(['10.0.0.1']);
    main.resolver.has('a.test', []);
    await later();
    deepEqual(
      [main.hosts(), main.stat('update_failure'), main.stat('update_success')],
      [['10.0.0.1:80'], 1, 1],
    );
  });

  test('are ready without a host when the first answer is a failure', async () => {
    const { main } = await logical([]);
    deepEqual([main.hosts(), main.ready], [[], ['c']]);
  });
});
