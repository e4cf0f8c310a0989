import type { ConfigNode, ExtensionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import { type DnsConfig, parseClusterResolver, parseDnsFields } from './dns-config.js';

export type ClusterType = 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS';

/** How a cluster finds its hosts. */
export type DiscoveryConfig = {
  readonly type: ClusterType;
  readonly dns: DnsConfig;
};

const types: readonly string[] = ['STATIC', 'STRICT_DNS', 'LOGICAL_DNS'] satisfies ClusterType[];

function isType(name: string): name is ClusterType {
  return types.includes(name);
}

/** Reads `type` or `cluster_type` of a cluster and the fields that go with it. */
export function parseDiscovery(node: ConfigNode): DiscoveryConfig {
  const custom = node.extension('cluster', 'cluster_type');
  const dns = parseDnsFields(node, parseClusterResolver(node));
  if (custom !== undefined) return { type: 'STATIC', dns, ...extensionDiscovery(custom) };
  const type = node.enum('type', 'STATIC');
  if (isType(type)) return { type, dns };
  node.unsupportedValue('type', type, `${types.join(', ')} clusters are`);
  return { type: 'STATIC', dns };
}

/** What an extension of kind `cluster` makes of its own message. */
function extensionDiscovery({ config }: ExtensionConfig): Partial<DiscoveryConfig> {
  return isDiscovery(config) ? config : {};
}

function isDiscovery(config: Plain): config is DiscoveryConfig {
  return typeof config === 'object' && config !== null && 'type' in config && 'dns' in config;
}
