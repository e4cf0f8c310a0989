import { deepEqual, equal, ok } from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { HostHealth, HostWord } from '../../../../src/api/upstream.js';
import { systemClock } from '../../../../src/base/clock.js';
import { NodeAlarm, TimerWheel } from '../../../../src/base/timer-wheel.js';
import type { ClusterConfig } from '../../../../src/upstream/config.js';
import { clusterText } from '../../../../src/upstream/membership/cluster-text.js';
import { ClusterRegistry } from '../../../../src/upstream/membership/registry.js';
import { ClusterWords, HostTable } from '../../../../src/upstream/shared-words.js';
import { cluster, dns, endpoint, httpCheck, outlier } from '../cluster-configs.js';
import { settled } from '../fake-resolver.js';
import { FakeMain } from '../member-support.js';

function registryOf(config: ClusterConfig, main = new FakeMain()) {
  const registry = new ClusterRegistry(main);
  const live = registry.add(config, main.onReady(config));
  return { main, registry, live };
}

const named = (changes: Partial<ClusterConfig> = {}): ClusterConfig =>
  cluster({
    type: 'STRICT_DNS',
    endpoints: [endpoint('a.test', 80), endpoint('b.test', 81)],
    dns: dns(),
    ...changes,
  });

const flagsOf = (registry: ClusterRegistry): readonly string[] =>
  [...registry.clusterViews()].flatMap(({ hosts }) => [...hosts].map((host) => host.healthFlags));

describe('static clusters', () => {
  test('are published with their hosts and ready at once', () => {
    const config = cluster({
      endpoints: [endpoint('10.0.0.1', 80), endpoint('::1', 81, { priority: 1, weight: 7 })],
    });
    const { main } = registryOf(config);
    deepEqual(main.ready, ['c']);
    equal(main.published.length, 1);
    deepEqual(
      main.published[0]?.hosts.map(({ slot, ip, priority, weight }) => [slot, ip, priority, weight]),
      [
        [0, '10.0.0.1', 0, 1],
        [1, '::1', 1, 7],
      ],
    );
    equal(main.published[0]?.tables.length, 1);
    deepEqual(
      ['membership_total', 'membership_healthy', 'membership_change', 'max_host_weight'].map((name) =>
        main.stat(name),
      ),
      [2, 2, 2, 0],
    );
  });

  test('without endpoints have changed nothing', () => {
    const { main } = registryOf(cluster());
    deepEqual([main.stat('membership_change'), main.hosts(), main.ready], [0, [], ['c']]);
  });

  test('take over the health that the configuration states', () => {
    const states = ['UNHEALTHY', 'TIMEOUT', 'DRAINING', 'DEGRADED', 'HEALTHY', 'UNKNOWN'];
    const endpoints = states.map((healthStatus, i) => endpoint('10.0.0.1', i + 1, { healthStatus }));
    const { main, registry } = registryOf(cluster({ endpoints }));
    deepEqual(flagsOf(registry), [
      '/failed_eds_health',
      '/failed_eds_health',
      '/eds_status_draining',
      '/degraded_eds_health',
      'healthy',
      'healthy',
    ]);
    deepEqual(
      ['membership_healthy', 'membership_degraded', 'membership_excluded'].map((name) => main.stat(name)),
      [2, 1, 1],
    );
  });

  test('with health checks wait for one result of each host', async (t) => {
    const server = createServer((request, response) => {
      response.statusCode = request.headers['host'] === 'bad' ? 500 : 200;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const bad = { address: null, port: 0, hostname: 'bad', disabled: false };
    const off = { address: null, port: 0, hostname: '', disabled: true };
    const endpoints = [null, bad, off].map((healthCheck) =>
      endpoint('127.0.0.1', address.port, { healthCheck }),
    );
    const real = { clock: systemClock, timers: new TimerWheel(systemClock, new NodeAlarm()) };
    const main = Object.assign(new FakeMain(), real);
    const registry = new ClusterRegistry(main);
    t.after(() => {
      registry.close();
      server.closeAllConnections();
      server.close();
    });
    const generations: number[] = [];
    await new Promise<void>((resolve) => {
      const live = registry.add(cluster({ endpoints, healthChecks: [httpCheck()] }), resolve);
      generations.push(live.words.generation);
      deepEqual([main.stat('membership_healthy'), live.isReady], [1, false]);
    });
    deepEqual([main.stat('membership_healthy'), main.stat('membership_total')], [2, 3]);
    ok((registry.get('c')?.words.generation ?? 0) > (generations[0] ?? 0));
    equal(main.published.length, 1);
  });
});

describe('DNS clusters', () => {
  test('are published empty, and ready after the first attempt, be it a failure', async () => {
    const main = new FakeMain();
    main.resolver.fails('a.test');
    main.resolver.fails('b.test');
    registryOf(named(), main);
    deepEqual(
      [main.ready, main.hosts(), main.published.length, main.stat('membership_change')],
      [[], [], 1, 0],
    );
    await settled();
    deepEqual([main.ready, main.published.length, main.stat('update_failure')], [['c'], 1, 2]);
  });

  test('have a host for each address of each name', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['10.0.0.1', '10.0.0.2']);
    main.resolver.has('b.test', ['10.0.0.1']);
    registryOf(named(), main);
    await settled();
    deepEqual(main.hosts(), ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.1:81']);
    deepEqual(
      main.published.at(-1)?.hosts.map(({ hostname }) => hostname),
      ['a.test', 'a.test', 'b.test'],
    );
    deepEqual([main.stat('membership_change'), main.stat('update_success')], [2, 2]);
  });

  test('need not wait for an answer when told so', () => {
    const { main } = registryOf(named({ waitForWarmOnInit: false }));
    deepEqual(main.ready, ['c']);
  });

  test('keep the slots of hosts that stay and drop those that are gone', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['10.0.0.1', '10.0.0.2']);
    main.resolver.has('b.test', []);
    registryOf(named(), main);
    await settled();
    const before = main.published.at(-1)?.hosts.find(({ ip }) => ip === '10.0.0.2')?.slot;
    main.resolver.has('a.test', ['10.0.0.3', '10.0.0.2']);
    main.time.advance(5010);
    await settled();
    deepEqual(main.hosts(), ['10.0.0.3:80', '10.0.0.2:80']);
    const after = main.published.at(-1)?.hosts ?? [];
    equal(after[1]?.slot, before);
    ok(!main.published[1]?.hosts.some(({ slot }) => slot === after[0]?.slot));
    equal(main.stat('membership_total'), 2);
  });

  test('use a slot again once every worker has acknowledged', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['10.0.0.1']);
    main.resolver.has('b.test', []);
    registryOf(named(), main);
    for (let i = 2; i < 200; i++) {
      await settled();
      main.acknowledged = main.published.at(-1)?.version ?? 0;
      main.resolver.has('a.test', [`10.0.0.${i}`]);
      main.time.advance(5010);
    }
    await settled();
    const capacity = main.published.at(-1)?.tables.reduce((sum, table) => sum + table.capacity, 0);
    ok((capacity ?? 99) <= 4, `${capacity}`);
  });

  test('an unchanged answer publishes nothing', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['10.0.0.1', '10.0.0.2']);
    main.resolver.has('b.test', []);
    registryOf(named(), main);
    await settled();
    const { length } = main.published;
    main.resolver.has('a.test', ['10.0.0.2', '10.0.0.1']);
    main.time.advance(5010);
    await settled();
    deepEqual([main.published.length, main.stat('update_no_rebuild')], [length, 3]);
  });

  test('an empty answer removes the hosts, a failure keeps them', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['10.0.0.1']);
    main.resolver.has('b.test', ['10.0.0.2']);
    registryOf(named(), main);
    await settled();
    main.resolver.has('a.test', []);
    main.resolver.fails('b.test');
    main.time.advance(5010);
    await settled();
    deepEqual(main.hosts(), ['10.0.0.2:81']);
    equal(main.stat('update_failure'), 1);
  });

  test('with health checks keep a dropped host while it passes, and let it go when it fails', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['127.0.0.1']);
    const { registry, live } = registryOf(
      named({ endpoints: [endpoint('a.test', 1)], healthChecks: [httpCheck()] }),
      main,
    );
    await settled();
    const [member] = live.members();
    member?.change(0, HostHealth.failedActiveHc);
    main.resolver.has('a.test', []);
    main.time.advance(5010);
    await settled();
    equal(flagsOf(registry)[0], '/pending_dynamic_removal');
    registry.onImmediateHealthFailure({ cluster: 'c', slot: member?.slot ?? -1 });
    deepEqual([main.hosts(), main.stat('membership_total')], [[], 0]);
    registry.close();
  });

  test('take a dropped host back as it was when a name has it again', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['127.0.0.1']);
    const config = named({ endpoints: [endpoint('a.test', 1)], healthChecks: [httpCheck()] });
    const { registry, live } = registryOf(config, main);
    await settled();
    const [member] = live.members();
    member?.change(0, HostHealth.failedActiveHc);
    const answers = [[], ['127.0.0.1']];
    for (const ips of answers) {
      main.resolver.has('a.test', ips);
      main.time.advance(5010);
      await settled();
    }
    deepEqual([flagsOf(registry), [...live.members()][0] === member], [['healthy'], true]);
    registry.close();
  });

  test('that are told to ignore health drop the host at once', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['127.0.0.1']);
    const config = named({
      endpoints: [endpoint('a.test', 1)],
      healthChecks: [httpCheck()],
      ignoreHealthOnHostRemoval: true,
    });
    const { live, registry } = registryOf(config, main);
    await settled();
    for (const member of live.members()) member.change(0, HostHealth.failedActiveHc);
    main.resolver.has('a.test', []);
    main.time.advance(5010);
    await settled();
    deepEqual(main.hosts(), []);
    registry.close();
  });

  test('new hosts stay out of the percentages until checked, where that is asked for', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['127.0.0.1']);
    const config = named({
      endpoints: [endpoint('a.test', 1)],
      healthChecks: [httpCheck()],
      ignoreNewHostsUntilFirstHc: true,
    });
    const { registry } = registryOf(config, main);
    await settled();
    equal(flagsOf(registry)[0], '/failed_active_hc/pending_active_hc');
    equal(main.stat('membership_excluded'), 1);
    registry.close();
  });
});

describe('cluster registry', () => {
  test('outlier reports of workers reach the detector and come to light in health and gauges', () => {
    const endpoints = [endpoint('10.0.0.1', 80), endpoint('10.0.0.2', 80)];
    const { main, registry, live } = registryOf(
      cluster({ endpoints, outlier: outlier({ maxEjectionPercent: 50 }) }),
    );
    const generation = live.words.generation;
    registry.onOutlierReport({ cluster: 'c', slot: 1, kind: 'consecutive-5xx' });
    registry.onOutlierReport({ cluster: 'gone', slot: 1, kind: 'consecutive-5xx' });
    registry.onOutlierReport({ cluster: 'c', slot: 9, kind: 'consecutive-5xx' });
    equal(main.stat('membership_healthy'), 1);
    equal(live.words.generation, generation + 1);
  });

  test('a dead worker gives back its breakers and requests', () => {
    const { main, registry, live } = registryOf(cluster({ endpoints: [endpoint('10.0.0.1', 80)] }));
    const [update] = main.published;
    const [table] = update?.tables ?? [];
    if (update === undefined || table === undefined) throw new Error('nothing was published');
    const words = new ClusterWords(update.words, 2);
    words.take(0, 2, 10);
    new HostTable(table.buffer, table.capacity, main.threads, 2).count(0, HostWord.rqActive, 1);
    registry.reclaim(2);
    equal(live.words.used(0, 2), 0);
    equal([...live.members()][0]?.total(HostWord.rqActive), 0);
  });

  test('a late worker gets every cluster as it is now', async () => {
    const main = new FakeMain();
    main.resolver.has('a.test', ['10.0.0.1']);
    main.resolver.has('b.test', []);
    const { registry } = registryOf(named(), main);
    registry.add(cluster({ name: 'd', statName: 'd' }), () => undefined);
    await settled();
    deepEqual(
      [...registry.updates()].map(({ cluster: name, hosts }) => [name, hosts.length]),
      [
        ['c', 1],
        ['d', 0],
      ],
    );
  });

  test('a removed cluster asks no more names', async () => {
    const { main, registry } = registryOf(named());
    await settled();
    registry.remove('c');
    const { length } = main.resolver.asked;
    main.time.advance(60_000);
    equal(main.resolver.asked.length, length);
  });

  test('a cluster is printed as the admin page shows it', () => {
    const locality = { region: 'r', zone: 'z', subZone: 's' };
    const metadata = { filter_metadata: { 'envoy.lb': { canary: true } } };
    const endpoints = [endpoint('::1', 80, { hostname: 'h', weight: 3, priority: 1, locality, metadata })];
    const runtime = { 'circuit_breakers.c.high.max_retries': 9 };
    const config = cluster({ endpoints, statName: 'alt', outlier: outlier() });
    const { registry } = registryOf(config, new FakeMain(runtime));
    const text = [...registry.clusterViews()].flatMap((view) => [...clusterText(view)]).join('');
    const lines = [
      'observability_name::alt',
      'outlier::success_rate_average::-1',
      'outlier::success_rate_ejection_threshold::-1',
      'outlier::local_origin_success_rate_average::-1',
      'outlier::local_origin_success_rate_ejection_threshold::-1',
      'default_priority::max_connections::1024',
      'default_priority::max_pending_requests::1024',
      'default_priority::max_requests::1024',
      'default_priority::max_retries::3',
      'high_priority::max_connections::1024',
      'high_priority::max_pending_requests::1024',
      'high_priority::max_requests::1024',
      'high_priority::max_retries::9',
      'added_via_api::false',
      ...['cx_active', 'cx_connect_fail', 'cx_total', 'rq_active', 'rq_error'].map(
        (name) => `[::1]:80::${name}::0`,
      ),
      ...['rq_pending_active', 'rq_success', 'rq_timeout', 'rq_total'].map((name) => `[::1]:80::${name}::0`),
      '[::1]:80::hostname::h',
      '[::1]:80::health_flags::healthy',
      '[::1]:80::weight::3',
      '[::1]:80::region::r',
      '[::1]:80::zone::z',
      '[::1]:80::sub_zone::s',
      '[::1]:80::canary::true',
      '[::1]:80::priority::1',
      '[::1]:80::success_rate::-1',
      '[::1]:80::local_origin_success_rate::-1',
    ];
    deepEqual(
      text.split('\n').slice(0, -1),
      lines.map((line) => `c::${line}`),
    );
  });
});
