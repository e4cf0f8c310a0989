import type { ConfigNode } from '../../../../api/config-node.js';
import { type DnsCacheConfig, parseDnsCache } from '../../../../upstream/dns-cache/dns-cache-config.js';

/** `envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig`. */
export type ForwardProxyConfig = {
  /** Null: there is none that is supported. */
  readonly cache: DnsCacheConfig | null;
  readonly takesHostFromState: boolean;
};

export function parseForwardProxy(node: ConfigNode): ForwardProxyConfig {
  node.unsupported('sub_cluster_config', 'every name is a host of one cluster');
  if (node.bool('save_upstream_address')) {
    node.noEffect('save_upstream_address', 'the address of the host is known to everyone who asks');
  }
  const cache = node.message('dns_cache_config');
  return {
    cache: cache === undefined ? null : parseDnsCache(cache),
    takesHostFromState: node.bool('allow_dynamic_host_from_filter_state'),
  };
}

/** `PerRouteConfig`: what takes the place of the request's host. */
export type ForwardProxyRouteConfig = { readonly literal: string; readonly header: string };

export function parseForwardProxyRoute(node: ConfigNode): ForwardProxyRouteConfig {
  return {
    literal: node.string('host_rewrite_literal'),
    header: node.string('host_rewrite_header').toLowerCase(),
  };
}
