import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HostWord } from '../../../../src/api/upstream.js';
import type { DnsCacheConfig } from '../../../../src/upstream/dns-cache/dns-cache-config.js';
import { ClusterRegistry } from '../../../../src/upstream/membership/registry.js';
import { HostTable } from '../../../../src/upstream/shared-words.js';
import { cluster, dns } from '../cluster-configs.js';
import { settled } from '../fake-resolver.js';
import { FakeMain } from '../member-support.js';

function cacheConfig(changes: Partial<DnsCacheConfig> = {}): DnsCacheConfig {
  return {
    name: 'names',
    dns: dns({
      family: 'V4_ONLY',
      refreshMs: 60_000,
      failureBaseMs: 1000,
      failureMaxMs: 1000,
      leastRefreshMs: 5000,
    }),
    hostTtlMs: 300_000,
    maxHosts: 2,
    maxPending: 10,
    queryTimeoutMs: 500,
    failsUntilWanted: false,
    early: [],
    ...changes,
  };
}

/** A cluster of the cache, on main. */
function forwarding(changes: Partial<DnsCacheConfig> = {}) {
  const main = new FakeMain();
  const cache = cacheConfig(changes);
  const registry = new ClusterRegistry(main);
  const config = cluster({
    type: 'DYNAMIC_FORWARD_PROXY',
    forwardProxy: { cache, isInsecureAllowed: true },
  });
  registry.add(config, main.onReady(config));
  const want = async (name: string, port = 80): Promise<void> => {
    main.nameCaches.onWant({ cache, name, port });
    await settled();
  };
  const told = (): readonly string[] =>
    main.nameAnswers.splice(0).map(({ key, outcome, details }) => `${key} ${outcome} ${details}`.trim());
  const wait = async (ms: number): Promise<void> => {
    main.time.advance(ms);
    await settled();
  };
  const stat = (name: string): number => main.stats.get(`dns_cache.names.${name}`);
  return { main, want, told, wait, stat };
}

describe('DNS cache', () => {
  test('a name that is wanted becomes a host, and everybody is told', async () => {
    const { main, want, told, stat } = forwarding();
    main.resolver.has('a.test', ['10.0.0.1', '10.0.0.2']);
    await want('a.test');
    deepEqual(main.hosts(), ['10.0.0.1:80']);
    equal(main.published.at(-1)?.hosts[0]?.hostname, 'a.test:80');
    await want('a.test');
    deepEqual(told(), ['a.test:80 resolved', 'a.test:80 resolved']);
    deepEqual([stat('host_added'), stat('dns_query_attempt'), stat('num_hosts')], [1, 1, 1]);
    equal(main.stat('membership_change'), 1);
  });

  test('a name is a host for each of its ports', async () => {
    const { main, want } = forwarding();
    main.resolver.has('a.test', ['10.0.0.1']);
    await want('a.test', 80);
    await want('a.test', 81);
    deepEqual(main.hosts(), ['10.0.0.1:80', '10.0.0.1:81']);
  });

  test('there are so many names and no more', async () => {
    const { want, told, stat } = forwarding();
    for (const name of ['a.test', 'b.test', 'c.test']) await want(name);
    equal(told().at(-1), 'c.test:80 overflow');
    deepEqual([stat('host_overflow'), stat('num_hosts')], [1, 2]);
  });

  test('a name without an address fails, and is asked for again', async () => {
    const { main, want, told, wait, stat } = forwarding();
    main.resolver.fails('a.test');
    await want('a.test');
    deepEqual(told(), [
      'a.test:80 failed dns_resolution_failure{cares_failure:DNS_server_returned_general_failure}',
    ]);
    main.resolver.has('a.test', ['10.0.0.1']);
    await wait(1010);
    deepEqual([told(), main.hosts()], [['a.test:80 resolved'], ['10.0.0.1:80']]);
    deepEqual([stat('dns_query_failure'), stat('dns_query_success')], [1, 1]);
  });

  test('a name that fails may be left alone until somebody wants it', async () => {
    const { main, want, wait } = forwarding({ failsUntilWanted: true });
    main.resolver.fails('a.test');
    await want('a.test');
    await wait(100_000);
    equal(main.resolver.asked.length, 1);
    await want('a.test');
    equal(main.resolver.asked.length, 2);
  });

  test('the last addresses stay when there are none any more', async () => {
    const { main, want, told, wait } = forwarding();
    main.resolver.has('a.test', ['10.0.0.1'], 1);
    await want('a.test');
    main.resolver.has('a.test', []);
    told();
    await wait(5010);
    deepEqual([told(), main.hosts()], [['a.test:80 resolved'], ['10.0.0.1:80']]);
  });

  test('a host moves with its name and stays the same host', async () => {
    const { main, want, wait, stat } = forwarding();
    main.resolver.has('a.test', ['10.0.0.1'], 7);
    await want('a.test');
    const slot = main.published.at(-1)?.hosts[0]?.slot;
    main.resolver.has('a.test', ['10.0.0.9'], 7);
    await wait(7010);
    deepEqual([main.hosts(), main.published.at(-1)?.hosts[0]?.slot], [['10.0.0.9:80'], slot]);
    deepEqual([stat('host_address_changed'), main.stat('membership_change')], [2, 1]);
  });

  test('a name leaves that nobody has used for its time, another stays', async () => {
    const { main, want, told, wait, stat } = forwarding({ hostTtlMs: 10_000 });
    main.resolver.has('a.test', ['10.0.0.1'], 6);
    main.resolver.has('b.test', ['10.0.0.2'], 6);
    await want('a.test');
    await want('b.test');
    const update = main.published.at(-1);
    const ref = update?.tables.at(-1);
    const slot = update?.hosts.find(({ hostname }) => hostname === 'b.test:80')?.slot ?? -1;
    if (ref === undefined) throw new Error('no table');
    const table = new HostTable(ref.buffer, ref.capacity, main.threads, 1);
    for (let i = 0; i < 2; i++) {
      await wait(6010);
      table.count(slot - ref.firstSlot, HostWord.rqTotal, 1);
    }
    await wait(6010);
    deepEqual(main.hosts(), ['10.0.0.2:80']);
    equal(told().includes('a.test:80 gone'), true);
    deepEqual([stat('host_removed'), stat('num_hosts'), main.stat('membership_total')], [1, 1, 1]);
  });

  test('names may be asked for before anybody wants them', async () => {
    const { main, told } = forwarding({ early: [{ name: 'early.test', port: 443 }] });
    await settled();
    deepEqual(main.resolver.asked, ['early.test V4_ONLY']);
    equal(told().length, 1);
  });

  test('an answer that takes too long is none', async () => {
    const { main, want, told, wait, stat } = forwarding();
    main.resolver.hangs('a.test');
    await want('a.test');
    await wait(510);
    deepEqual(told(), ['a.test:80 failed dns_resolution_failure{resolve_timeout}']);
    deepEqual([stat('dns_query_timeout'), stat('dns_query_failure')], [1, 1]);
  });
});
