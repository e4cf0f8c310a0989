import type { ConfigNode } from '../../../../api/config-node.js';
import { type DnsCacheConfig, parseDnsCache } from '../../../../upstream/dns-cache/dns-cache-config.js';

/** `envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig`. */
export type SniForwardProxyConfig = {
  /** Null: an error was told. */
  readonly cache: DnsCacheConfig | null;
  readonly port: number;
};

export function parseSniForwardProxy(node: ConfigNode): SniForwardProxyConfig {
  if (node.bool('save_upstream_address')) {
    node.noEffect('save_upstream_address', 'the address of the host is known to everyone who asks');
  }
  const cache = node.message('dns_cache_config');
  return { cache: cache === undefined ? null : parseDnsCache(cache), port: node.number('port_value', 0) };
}
