import type { Plain } from '../../../src/base/plain.js';
import type { DnsServer, NameRecords } from '../../support/dns-server.js';
import { address, type Fields, typed } from './families/filter-family.js';
import type { Bootstrap } from './proxy-under-test.js';

const kinds: { readonly [kind: string]: NameRecords } = {
  v4: { ips: ['127.0.0.2', '127.0.0.3', '127.0.0.2'] },
  v6: { ips: ['::2'] },
  both: { ips: ['127.0.0.4', '::4'] },
  none: {},
  absent: { code: 'NXDOMAIN' },
  failing: { code: 'SERVFAIL' },
  refusing: { code: 'REFUSED' },
  long: { ips: ['127.0.0.9'], truncates: true },
  half: { ips: ['127.0.0.10', '::10'], ignores: 'AAAA' },
  silent: { ignores: 'all' },
};
const families = ['V4_ONLY', 'V6_ONLY', 'AUTO', 'V4_PREFERRED', 'ALL'];

/** Names that stand for something else from some time on. */
const changes: readonly { readonly name: string; readonly from: NameRecords; readonly to: NameRecords }[] = [
  { name: 'grows', from: { ips: ['127.0.0.2'] }, to: { ips: ['127.0.0.2', '127.0.0.3'] } },
  { name: 'moves', from: { ips: ['127.0.0.2', '127.0.0.3'] }, to: { ips: ['127.0.0.4'] } },
  { name: 'turns', from: { ips: ['127.0.0.2', '127.0.0.3'] }, to: { ips: ['127.0.0.3', '127.0.0.2'] } },
  { name: 'fails', from: { ips: ['127.0.0.2'] }, to: { code: 'SERVFAIL' } },
  { name: 'empties', from: { ips: ['127.0.0.2'] }, to: {} },
  { name: 'vanishes', from: { ips: ['127.0.0.2'] }, to: { code: 'NXDOMAIN' } },
  { name: 'appears', from: { code: 'NXDOMAIN' }, to: { ips: ['127.0.0.2'] } },
];

export const resolverOf = (port: number, fields: Fields = {}): Fields => ({
  name: 'envoy.network.dns_resolver.cares',
  typed_config: typed('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', {
    resolvers: [address(port)],
    ...fields,
  }),
});

function cluster(name: string, discovery: Fields): Fields {
  const host = { endpoint: { address: { socket_address: { address: `${name}.test`, port_value: 1 } } } };
  return {
    name,
    ...discovery,
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [host] }] },
  };
}

const bootstrap = (name: string, clusters: readonly Plain[]): Bootstrap => ({
  name,
  extension: 'json',
  listeners: [],
  origins: [],
  text: (places) =>
    JSON.stringify({
      node: { id: 'node-1', cluster: 'cluster-1' },
      admin: { address: address(places.adminPort) },
      static_resources: { clusters },
    }),
});

/** A bootstrap, and the names of its clusters. */
export interface DnsBootstrap {
  readonly bootstrap: Bootstrap;
  readonly names: readonly string[];
}

/** A cluster for every type, family and kind of name. */
export function everyKind(server: DnsServer): DnsBootstrap {
  const clusters: Fields[] = [];
  const names: string[] = [];
  for (const family of families) {
    for (const [kind, records] of Object.entries(kinds)) {
      const resolver = resolverOf(server.port, {
        query_timeout_seconds: 1,
        // Who never answers costs every try its time.
        query_tries: kind === 'silent' || kind === 'half' ? 1 : 2,
      });
      const fields = {
        dns_lookup_family: family,
        dns_refresh_rate: '100s',
        typed_dns_resolver_config: resolver,
      };
      for (const [type, discovery] of Object.entries(discoveries(fields))) {
        const name = `${type}-${family}-${kind}`.toLowerCase();
        server.set(`${name}.test`, records);
        names.push(name);
        clusters.push(cluster(name, discovery));
      }
    }
  }
  return { names, bootstrap: bootstrap('names of every kind', clusters) };
}

function discoveries(fields: Fields): { readonly [type: string]: Fields } {
  const plain = { strict: { type: 'STRICT_DNS', ...fields }, logical: { type: 'LOGICAL_DNS', ...fields } };
  if (fields['dns_lookup_family'] !== 'ALL') return plain;
  const config = typed('envoy.extensions.clusters.dns.v3.DnsCluster', fields);
  const single = { ...config, all_addresses_in_single_endpoint: true };
  const name = 'envoy.clusters.dns';
  return {
    ...plain,
    typed: { cluster_type: { name, typed_config: config } },
    single: { cluster_type: { name, typed_config: single } },
  };
}

/** Clusters whose names change when `change` is called. */
export function changingNames(server: DnsServer): DnsBootstrap & { change(): void } {
  const fields = {
    dns_lookup_family: 'V4_ONLY',
    dns_refresh_rate: '0.2s',
    typed_dns_resolver_config: resolverOf(server.port),
  };
  const all = changes.flatMap((change) =>
    ['STRICT_DNS', 'LOGICAL_DNS'].map((type) => {
      const name = `${change.name}-${type}`.toLowerCase();
      server.set(`${name}.test`, change.from);
      return { name, to: change.to, cluster: cluster(name, { type, ...fields }) };
    }),
  );
  return {
    names: all.map(({ name }) => name),
    bootstrap: bootstrap(
      'names that change',
      all.map((it) => it.cluster),
    ),
    change: () => {
      for (const { name, to } of all) server.set(`${name}.test`, to);
    },
  };
}
