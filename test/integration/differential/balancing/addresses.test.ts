import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { DnsServer } from '../../../support/dns-server.js';
import { eventually } from '../../../support/eventually.js';
import { type BalancedCluster, BalancedProxy, kinds } from './balanced-proxy.js';

interface Expectation {
  /** The addresses of one host, in order; the origin listens on those that begin with 127. */
  readonly addresses: readonly string[];
  /** What a name is asked for; absent: the addresses stand in the configuration. */
  readonly family?: string;
  readonly type?: 'LOGICAL_DNS' | 'STRICT_DNS';
  /** Who answers (nobody: the status), connections that were begun, and those of them that failed. */
  readonly found: readonly [answer: string, total: number, failed: number];
}

const dead = '::1';
const unreachable = '240.0.0.1';

const expectations: { readonly [name: string]: Expectation } = {
  single: { addresses: ['127.0.0.2'], found: ['127.0.0.2', 1, 0] },
  first: { addresses: ['127.0.0.2', dead], found: ['127.0.0.2', 1, 0] },
  second: { addresses: [dead, '127.0.0.2'], found: ['127.0.0.2', 2, 0] },
  third: { addresses: [dead, unreachable, '127.0.0.2'], found: ['127.0.0.2', 3, 0] },
  nobody: { addresses: [dead, unreachable], found: ['503', 2, 1] },
  alone: { addresses: [dead], found: ['503', 1, 1] },
  'name-all': {
    addresses: [dead, '127.0.0.2'],
    family: 'ALL',
    type: 'LOGICAL_DNS',
    found: ['127.0.0.2', 1, 0],
  },
  'name-v4': {
    addresses: [unreachable, '127.0.0.2'],
    family: 'V4_ONLY',
    type: 'LOGICAL_DNS',
    found: ['127.0.0.2', 2, 0],
  },
};

const socket = (address: string, port: number): string =>
  `{socket_address: {address: '${address}', port_value: ${port}}}`;

function clusterOf(
  name: string,
  { addresses: [first = '', ...more], family = '', type }: Expectation,
  dns: number,
): BalancedCluster {
  if (type === undefined) {
    const others = more.map((address) => (port: number) => `{address: ${socket(address, port)}}`);
    return {
      name,
      fields: 'type: STATIC',
      assignment: (port) =>
        `endpoints: [{lb_endpoints: [{endpoint: {address: ${socket(first, port)}, additional_addresses: [${others.map((it) => it(port))}]}}]}]`,
    };
  }
  const resolver = `{name: envoy.network.dns_resolver.cares, typed_config: {"@type": type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig, resolvers: [${socket('127.0.0.1', dns)}]}}`;
  return {
    name,
    fields: `type: ${type}, dns_lookup_family: ${family}, typed_dns_resolver_config: ${resolver}`,
    assignment: (port) =>
      `endpoints: [{lb_endpoints: [{endpoint: {address: ${socket(`${name}.test`, port)}}}]}]`,
  };
}

for (const kind of kinds) {
  test(`hosts of several addresses, by ${kind}`, { timeout: 120_000 }, async (t) => {
    const dns = await DnsServer.start();
    t.after(() => dns.close());
    const clusters = Object.entries(expectations).map(([name, expectation]) => {
      if (expectation.type !== undefined) dns.set(`${name}.test`, { ips: [...expectation.addresses] });
      return clusterOf(name, expectation, dns.port);
    });
    const proxy = await BalancedProxy.start(t, kind, clusters, (_, response) => response.end('ok'));
    for (const [name, { found }] of Object.entries(expectations)) {
      await t.test(name, async () => {
        const { status, headers } = await proxy.get(`/${name}/`);
        const who = status === 200 ? String(headers['x-host']) : String(status);
        const stat = (counter: string) => proxy.stat(`cluster.${name}.upstream_cx_${counter}`);
        await eventually(
          async () => (await stat('total')) === found[1] && (await stat('connect_fail')) === found[2],
        );
        deepEqual([who, await stat('total'), await stat('connect_fail')], found);
      });
    }
  });
}
