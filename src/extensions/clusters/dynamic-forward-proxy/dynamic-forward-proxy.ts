import type { ConfigNode } from '../../../api/config-node.js';
import type { Extension } from '../../../api/extension.js';
import { parseDnsCache } from '../../../upstream/dns-cache/dns-cache-config.js';
import type { CustomDiscovery } from '../../../upstream/membership/discovery-config.js';

/** Hosts are the names that requests bring along, resolved by a cache that the filter of that name shares. */
export const forwardProxyCluster: Extension<CustomDiscovery> = {
  name: 'envoy.clusters.dynamic_forward_proxy',
  typeUrl: 'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig',
  parse(node: ConfigNode): CustomDiscovery {
    node.unsupported('sub_clusters_config', 'every name is a host of one cluster');
    if (node.bool('allow_coalesced_connections')) {
      node.noEffect('allow_coalesced_connections', 'a connection serves the name that it was opened for');
    }
    const isInsecureAllowed = node.bool('allow_insecure_cluster_options');
    const cache = node.message('dns_cache_config');
    if (cache === undefined) return { type: 'STATIC' };
    return {
      type: 'DYNAMIC_FORWARD_PROXY',
      forwardProxy: { cache: parseDnsCache(cache), isInsecureAllowed },
    };
  },
};
