import type { ConfigNode } from '../../api/config-node.js';
import { type DnsConfig, parseDnsPace, parseResolver, sharedResolver } from '../membership/dns-config.js';

/** `envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig` as it crosses threads. */
export type DnsCacheConfig = {
  readonly name: string;
  readonly dns: DnsConfig;
  /** A name that nobody asks for leaves after so long. */
  readonly hostTtlMs: number;
  readonly maxHosts: number;
  /** Requests of one thread that may wait for names. */
  readonly maxPending: number;
  readonly queryTimeoutMs: number;
  /** A name without an address is asked for when somebody wants it, and not by and by. */
  readonly failsUntilWanted: boolean;
  /** Names that are asked for before anybody wants them. */
  readonly early: readonly { readonly name: string; readonly port: number }[];
};

export function parseDnsCache(node: ConfigNode): DnsCacheConfig {
  node.unsupported('key_value_config', 'names are not kept beyond the life of the process');
  node.unsupported('resolved_address_filter', 'all addresses of a name are taken');
  const name = node.string('name');
  const maxHosts = node.number('max_hosts', 1024);
  const early = node
    .list('preresolve_hostnames')
    .map((entry) => ({ name: entry.string('address'), port: entry.number('port_value', 0) }));
  if (early.length > maxHosts) {
    const text = `DNS Cache [${name}] configured with preresolve_hostnames=${early.length}`;
    node.error(`${text} larger than max_hosts=${maxHosts}`, 'preresolve_hostnames');
  }
  return {
    name,
    dns: {
      ...parseDnsPace(node, 60_000),
      respectTtl: true,
      leastRefreshMs: node.duration('dns_min_refresh_rate', 5000),
      jitterMs: 0,
      resolver: parseResolver(node) ?? sharedResolver,
    },
    hostTtlMs: node.duration('host_ttl', 300_000),
    maxHosts,
    maxPending: node.message('dns_cache_circuit_breaker')?.number('max_pending_requests', 1024) ?? 1024,
    queryTimeoutMs: node.duration('dns_query_timeout', 5000),
    failsUntilWanted: node.bool('disable_dns_refresh_on_failure'),
    early,
  };
}
