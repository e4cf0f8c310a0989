import type { ConfigNode } from '../api/config-node.js';
import { parseIp } from '../base/cidr.js';

/** What a chain asks of connections; empty and 0 ask nothing. CIDR ranges as `address/length`. */
export type FilterChainMatchConfig = {
  readonly destinationPort: number;
  readonly prefixRanges: readonly string[];
  readonly directSourcePrefixRanges: readonly string[];
  readonly sourceType: 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL';
  readonly sourcePrefixRanges: readonly string[];
  readonly sourcePorts: readonly number[];
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  readonly serverNames: readonly string[];
};

/** Reads `envoy.config.listener.v3.FilterChainMatch` of the chain of that name. */
export function parseChainMatch(node: ConfigNode, chain: string): FilterChainMatchConfig {
  for (const field of ['address_suffix', 'suffix_len']) {
    if (node.has(field))
      node.error(`error adding listener: filter chain '${chain}' contains unimplemented fields`, field);
  }
  const ranges = (field: string): string[] =>
    node.list(field).map((range) => {
      const prefix = range.string('address_prefix');
      if (parseIp(prefix) === null) range.error(`malformed IP address: ${prefix}`, 'address_prefix');
      return `${prefix}/${range.number('prefix_len', 0)}`;
    });
  return {
    destinationPort: node.number('destination_port', 0),
    prefixRanges: ranges('prefix_ranges'),
    directSourcePrefixRanges: ranges('direct_source_prefix_ranges'),
    sourceType: node.enum('source_type', 'ANY') as FilterChainMatchConfig['sourceType'],
    sourcePrefixRanges: ranges('source_prefix_ranges'),
    sourcePorts: node.numbers('source_ports'),
    transportProtocol: node.string('transport_protocol'),
    applicationProtocols: node.strings('application_protocols'),
    serverNames: parseServerNames(node),
  };
}

/** A wildcard stands for whole labels in front. */
function parseServerNames(node: ConfigNode): readonly string[] {
  const names = node.strings('server_names').map((name) => name.toLowerCase());
  if (names.some((name) => name.includes('*') && !name.startsWith('*.'))) {
    node.error(
      `error adding listener: partial wildcards are not supported in "server_names"`,
      'server_names',
    );
  }
  return names;
}

/** A match that names nothing. */
export const emptyMatch: FilterChainMatchConfig = {
  destinationPort: 0,
  prefixRanges: [],
  directSourcePrefixRanges: [],
  sourceType: 'ANY',
  sourcePrefixRanges: [],
  sourcePorts: [],
  transportProtocol: '',
  applicationProtocols: [],
  serverNames: [],
};
