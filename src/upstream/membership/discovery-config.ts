import type { ConfigNode, ExtensionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import type { DnsCacheConfig } from '../dns-cache/dns-cache-config.js';
import type { RedisClusterConfig } from '../redis-cluster-config.js';
import { type DnsConfig, parseClusterResolver, parseDnsFields } from './dns-config.js';
import { type EdsConfig, parseEds } from './eds-config.js';
import { type OriginalDstConfig, parseOriginalDst } from './original-dst-config.js';

export type ClusterType =
  | 'STATIC'
  | 'STRICT_DNS'
  | 'LOGICAL_DNS'
  | 'EDS'
  | 'ORIGINAL_DST'
  | 'AGGREGATE'
  | 'DYNAMIC_FORWARD_PROXY'
  | 'REDIS';

/** A cluster whose hosts are the names that requests bring along. */
export type ForwardProxyClusterConfig = {
  readonly cache: DnsCacheConfig;
  /** Its connections need not ask for the name, nor be asked to prove it. */
  readonly isInsecureAllowed: boolean;
};

/** How a cluster finds its hosts. */
export type DiscoveryConfig = {
  readonly type: ClusterType;
  readonly dns: DnsConfig;
  /** Null for clusters of another type. */
  readonly eds: EdsConfig | null;
  readonly redisCluster: RedisClusterConfig | null;
  readonly originalDst: OriginalDstConfig | null;
  readonly forwardProxy: ForwardProxyClusterConfig | null;
  /** Names of the clusters that this one is put together of; empty for clusters of another type. */
  readonly aggregated: readonly string[];
};

/** What a `cluster_type` says; the rest stands in the cluster itself. */
export type CustomDiscovery = Partial<DiscoveryConfig> & { readonly type: ClusterType };

const types: readonly string[] = [
  'STATIC',
  'STRICT_DNS',
  'LOGICAL_DNS',
  'EDS',
  'ORIGINAL_DST',
] satisfies ClusterType[];

function isType(name: string): name is ClusterType {
  return types.includes(name);
}

/** Reads `type` or `cluster_type` of a cluster and the fields that go with it. */
export function parseDiscovery(node: ConfigNode): DiscoveryConfig {
  const byName = typeByName(node);
  const custom = byName === undefined ? node.extension('cluster', 'cluster_type') : undefined;
  const dns = parseDnsFields(node, parseClusterResolver(node));
  const eds = parseEds(node);
  const none = { dns, eds, originalDst: null, forwardProxy: null, redisCluster: null, aggregated: [] };
  if (custom !== undefined) return { ...none, type: 'STATIC', ...extensionDiscovery(custom) };
  const type = byName ?? node.enum('type', 'STATIC');
  if (type !== 'EDS' && node.has('eds_cluster_config')) {
    node.error('eds_cluster_config set in a non-EDS cluster', 'eds_cluster_config');
  }
  if (type === 'EDS' && eds === null && !node.has('eds_cluster_config')) {
    node.error('cannot create an EDS cluster without an EDS config', 'eds_cluster_config');
  }
  if (type === 'ORIGINAL_DST') return { ...none, type, originalDst: parseOriginalDst(node) };
  if (isType(type)) return { ...none, type };
  node.unsupportedValue('type', type, `${types.join(', ')} clusters are`);
  return { ...none, type: 'STATIC' };
}

const typesByName: { readonly [name: string]: ClusterType } = {
  'envoy.cluster.static': 'STATIC',
  'envoy.cluster.strict_dns': 'STRICT_DNS',
  'envoy.cluster.logical_dns': 'LOGICAL_DNS',
  'envoy.cluster.eds': 'EDS',
  'envoy.cluster.original_dst': 'ORIGINAL_DST',
};

/** `cluster_type` may name what `type` could have said; such a name has no message. */
function typeByName(node: ConfigNode): ClusterType | undefined {
  const custom = node.message('cluster_type');
  return custom === undefined || custom.has('typed_config') ? undefined : typesByName[custom.string('name')];
}

/** What an extension of kind `cluster` makes of its own message. */
function extensionDiscovery({ config }: ExtensionConfig): Partial<CustomDiscovery> {
  return isDiscovery(config) ? config : {};
}

function isDiscovery(config: Plain): config is CustomDiscovery {
  return typeof config === 'object' && config !== null && 'type' in config;
}
