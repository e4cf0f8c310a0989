import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ResolverConfig, systemResolver } from '../../../../src/upstream/membership/dns-config.js';
import { HostsFile } from '../../../../src/upstream/membership/hosts-file.js';
import type { NameAnswer } from '../../../../src/upstream/membership/name-resolver.js';
import { SystemResolver, systemResolvers } from '../../../../src/upstream/membership/system-resolver.js';
import { startDnsServer } from './dns-server.js';

const asking = (server: string): ResolverConfig => ({ ...systemResolver, servers: [server] });

const zone = {
  'a.test': { ips: ['10.0.0.1', '10.0.0.2'], ttl: 7 },
  'empty.test': {},
  'broken.test': { code: 2 },
  'refused.test': { code: 5 },
};

const ipsOf = (answer: NameAnswer): readonly string[] | string =>
  answer.isFailure ? answer.error : answer.addresses.map(({ ip }) => ip);

describe('system resolver', () => {
  test('addresses come with their TTL', async (t) => {
    const resolver = new SystemResolver(asking(await startDnsServer(t, zone)));
    const answer = await resolver.resolve('a.test', 'V4_ONLY');
    ok(!answer.isFailure);
    deepEqual(answer.addresses, [
      { ip: '10.0.0.1', ttlSeconds: 7 },
      { ip: '10.0.0.2', ttlSeconds: 7 },
    ]);
  });

  test('a name that does not exist, or has no such address, is an empty answer', async (t) => {
    const resolver = new SystemResolver(asking(await startDnsServer(t, zone)));
    deepEqual(ipsOf(await resolver.resolve('absent.test', 'V4_ONLY')), []);
    deepEqual(ipsOf(await resolver.resolve('empty.test', 'ALL')), []);
    deepEqual(ipsOf(await resolver.resolve('a.test', 'V6_ONLY')), []);
  });

  test('a server that fails or refuses is a failure', async (t) => {
    const resolver = new SystemResolver(asking(await startDnsServer(t, zone)));
    equal(ipsOf(await resolver.resolve('broken.test', 'V4_ONLY')), 'ESERVFAIL');
    equal(ipsOf(await resolver.resolve('refused.test', 'AUTO')), 'EREFUSED');
  });

  test('AUTO falls back to IPv4, ALL takes what either family has', async (t) => {
    const resolver = new SystemResolver(asking(await startDnsServer(t, zone)));
    for (const family of ['AUTO', 'V4_PREFERRED', 'ALL'] as const) {
      deepEqual(ipsOf(await resolver.resolve('a.test', family)), ['10.0.0.1', '10.0.0.2']);
    }
  });

  test('addresses and names of the hosts file need no server', async () => {
    const resolver = new SystemResolver(asking('127.0.0.1:9'), new HostsFile('/nonexistent'));
    deepEqual(ipsOf(await resolver.resolve('10.1.2.3', 'V6_ONLY')), ['10.1.2.3']);
    deepEqual(ipsOf(await resolver.resolve('localhost', 'V4_ONLY')), ['127.0.0.1']);
    deepEqual(ipsOf(await resolver.resolve('localhost', 'AUTO')), ['::1']);
    deepEqual(ipsOf(await resolver.resolve('localhost', 'V4_PREFERRED')), ['127.0.0.1']);
  });

  test('clusters with the same servers share a resolver', () => {
    const resolverFor = systemResolvers();
    equal(resolverFor(systemResolver), resolverFor(systemResolver));
    ok(resolverFor(systemResolver) !== resolverFor(asking('127.0.0.1:9')));
  });
});
