import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import {
  type ResolverConfig,
  sharedResolver,
  systemResolver,
} from '../../../../src/upstream/membership/dns-config.js';
import { HostsFile } from '../../../../src/upstream/membership/hosts-file.js';
import type { NameAnswer } from '../../../../src/upstream/membership/name-resolver.js';
import { SystemResolver, systemResolvers } from '../../../../src/upstream/membership/system-resolver.js';
import { DnsServer } from '../../../support/dns-server.js';
import { FakeStats } from '../fake-scope.js';

const asking = (server: string): ResolverConfig => ({ ...systemResolver, servers: [server] });

async function resolving(t: TestContext, config: Partial<ResolverConfig> = {}) {
  const server = await DnsServer.start();
  t.after(() => server.close());
  server.set('a.test', { ips: ['10.0.0.1', '10.0.0.2'], ttl: 7 });
  server.set('both.test', { ips: ['10.0.0.1', '::1'] });
  server.set('empty.test', {});
  server.set('broken.test', { code: 'SERVFAIL' });
  server.set('refused.test', { code: 'REFUSED' });
  server.set('silent.test', { ignores: 'all' });
  server.set('half.test', { ips: ['10.0.0.1'], ignores: 'AAAA' });
  const stats = new FakeStats();
  const resolver = new SystemResolver({ ...asking(`127.0.0.1:${server.port}`), ...config }, stats);
  const stat = (name: string): number => stats.get(`dns.cares.${name}`);
  return { server, resolver, stat };
}

const ipsOf = (answer: NameAnswer): readonly string[] | string =>
  answer.isFailure ? answer.error : answer.addresses.map(({ ip }) => ip);

describe('system resolver', () => {
  test('addresses come with their TTL', async (t) => {
    const { resolver } = await resolving(t);
    const answer = await resolver.resolve('a.test', 'V4_ONLY');
    ok(!answer.isFailure);
    deepEqual(answer.addresses, [
      { ip: '10.0.0.1', ttlSeconds: 7 },
      { ip: '10.0.0.2', ttlSeconds: 7 },
    ]);
  });

  test('a name that does not exist, or has no such address, is an empty answer', async (t) => {
    const { resolver } = await resolving(t);
    deepEqual(ipsOf(await resolver.resolve('absent.test', 'V4_ONLY')), []);
    deepEqual(ipsOf(await resolver.resolve('empty.test', 'ALL')), []);
    deepEqual(ipsOf(await resolver.resolve('a.test', 'V6_ONLY')), []);
  });

  test('a server that fails or refuses is asked as often as there are tries, and is a failure then', async (t) => {
    const { resolver, server, stat } = await resolving(t, { tries: 3 });
    equal(ipsOf(await resolver.resolve('broken.test', 'V4_ONLY')), 'ESERVFAIL');
    deepEqual(server.askedAbout('broken.test'), Array(3).fill('udp A broken.test'));
    equal(ipsOf(await resolver.resolve('refused.test', 'AUTO')), 'EREFUSED');
    equal(server.askedAbout('refused.test').length, 6);
    deepEqual([stat('resolve_total'), stat('get_addr_failure'), stat('reinits')], [3, 3, 2]);
  });

  test('after a server that fails the next one is asked', async (t) => {
    const broken = await resolving(t);
    broken.server.set('a.test', { code: 'SERVFAIL' });
    const { server } = await resolving(t);
    const servers = [broken.server, server].map(({ port }) => `127.0.0.1:${port}`);
    const resolver = new SystemResolver({ ...systemResolver, servers }, new FakeStats());
    deepEqual(ipsOf(await resolver.resolve('a.test', 'V4_ONLY')), ['10.0.0.1', '10.0.0.2']);
    deepEqual([broken.server.asked.length, server.asked.length], [1, 1]);
  });

  test('nobody answering is a failure, counted by question', async (t) => {
    const { resolver, server, stat } = await resolving(t, { timeoutMs: 250, tries: 2 });
    equal(ipsOf(await resolver.resolve('silent.test', 'ALL')), 'ETIMEOUT');
    deepEqual(server.asked.toSorted(), [
      ...Array(2).fill('udp A silent.test'),
      ...Array(2).fill('udp AAAA silent.test'),
    ]);
    deepEqual([stat('timeouts'), stat('resolve_total'), stat('get_addr_failure')], [4, 1, 0]);
  });

  test('ALL does not ask for one family again when it has the other', async (t) => {
    const { resolver, server } = await resolving(t, { timeoutMs: 250 });
    deepEqual(ipsOf(await resolver.resolve('half.test', 'ALL')), ['10.0.0.1']);
    equal(server.asked.length, 2);
    deepEqual(ipsOf(await resolver.resolve('both.test', 'ALL')), ['10.0.0.1', '::1']);
  });

  test('an answer that is cut off is asked for again over TCP', async (t) => {
    const { resolver, server } = await resolving(t);
    server.set('long.test', { ips: ['10.0.0.9'], truncates: true });
    deepEqual(ipsOf(await resolver.resolve('long.test', 'V4_ONLY')), ['10.0.0.9']);
    deepEqual(server.asked, ['udp A long.test', 'tcp A long.test']);
  });

  test('looks for names are counted, those without an answer apart', async (t) => {
    const { resolver, stat } = await resolving(t);
    await resolver.resolve('a.test', 'AUTO');
    await resolver.resolve('absent.test', 'V4_ONLY');
    await resolver.resolve('10.0.0.1', 'V4_ONLY');
    deepEqual([stat('resolve_total'), stat('not_found'), stat('pending_resolutions')], [4, 2, 0]);
  });

  test('AUTO falls back to IPv4, ALL takes what either family has', async (t) => {
    const { resolver } = await resolving(t);
    for (const family of ['AUTO', 'V4_PREFERRED', 'ALL'] as const) {
      deepEqual(ipsOf(await resolver.resolve('a.test', family)), ['10.0.0.1', '10.0.0.2']);
    }
  });

  test('addresses and names of the hosts file need no server', async () => {
    const resolver = new SystemResolver(
      asking('127.0.0.1:9'),
      new FakeStats(),
      new HostsFile('/nonexistent'),
    );
    deepEqual(ipsOf(await resolver.resolve('10.1.2.3', 'V6_ONLY')), ['10.1.2.3']);
    deepEqual(ipsOf(await resolver.resolve('localhost', 'V4_ONLY')), ['127.0.0.1']);
    deepEqual(ipsOf(await resolver.resolve('localhost', 'AUTO')), ['::1']);
    deepEqual(ipsOf(await resolver.resolve('localhost', 'V4_PREFERRED')), ['127.0.0.1']);
  });

  test('clusters with the same servers share a resolver', () => {
    const resolverFor = systemResolvers(new FakeStats(), systemResolver);
    equal(resolverFor(systemResolver), resolverFor(systemResolver));
    ok(resolverFor(systemResolver) !== resolverFor(asking('127.0.0.1:9')));
  });

  test('who has no servers of their own shares those of the bootstrap', () => {
    const resolverFor = systemResolvers(new FakeStats(), asking('127.0.0.1:9'));
    equal(resolverFor(sharedResolver), resolverFor(asking('127.0.0.1:9')));
    ok(resolverFor(sharedResolver) !== resolverFor(systemResolver));
  });
});
