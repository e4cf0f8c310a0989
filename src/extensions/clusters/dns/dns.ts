import type { ConfigNode } from '../../../api/config-node.js';
import type { Extension } from '../../../api/extension.js';
import type { CustomDiscovery } from '../../../upstream/membership/discovery-config.js';
import {
  parseDnsFields,
  parseTypedResolver,
  sharedResolver,
} from '../../../upstream/membership/dns-config.js';

/** The DNS clusters in their typed form: STRICT_DNS, or LOGICAL_DNS with all addresses in one endpoint. */
export const dnsCluster: Extension<CustomDiscovery> = {
  name: 'envoy.clusters.dns',
  typeUrl: 'envoy.extensions.clusters.dns.v3.DnsCluster',
  parse(node: ConfigNode): CustomDiscovery {
    const dns = parseDnsFields(node, parseTypedResolver(node) ?? sharedResolver);
    return {
      type: node.bool('all_addresses_in_single_endpoint') ? 'LOGICAL_DNS' : 'STRICT_DNS',
      dns: { ...dns, leastRefreshMs: node.duration('dns_min_refresh_rate', 0) },
    };
  },
};
