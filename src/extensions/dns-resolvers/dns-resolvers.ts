import type { ConfigNode } from '../../api/config-node.js';
import type { Extension } from '../../api/extension.js';
import {
  parseResolverOptions,
  type ResolverConfig,
  resolverAddress,
  systemResolver,
} from '../../upstream/membership/dns-config.js';

const ownSockets = 'the resolver decides by itself how long it keeps a socket and in which order it asks';

export const caresResolver: Extension<ResolverConfig> = {
  name: 'envoy.network.dns_resolver.cares',
  typeUrl: 'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
  parse(node: ConfigNode): ResolverConfig {
    const options = node.message('dns_resolver_options');
    if (options !== undefined) parseResolverOptions(options);
    node.noEffect('use_resolvers_as_fallback', 'servers that are named are asked alone');
    node.noEffect('filter_unroutable_families', 'addresses of both families are taken as they come');
    for (const field of [
      'udp_max_queries',
      'rotate_nameservers',
      'edns0_max_payload_size',
      'max_udp_channel_duration',
      'reinit_channel_on_timeout',
      'qcache_max_ttl',
    ]) {
      node.noEffect(field, ownSockets);
    }
    return {
      kind: 'cares',
      servers: node.list('resolvers').flatMap(resolverAddress),
      timeoutMs: 1000 * node.number('query_timeout_seconds', systemResolver.timeoutMs / 1000),
      tries: node.number('query_tries', systemResolver.tries),
    };
  },
};

export const addrInfoResolver: Extension<ResolverConfig> = {
  name: 'envoy.network.dns_resolver.getaddrinfo',
  typeUrl: 'envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig',
  parse(node: ConfigNode): ResolverConfig {
    node.noEffect('num_retries', 'a name that fails is asked for again at its refresh rate');
    node.noEffect('num_resolver_threads', 'lookups share the thread pool of the process');
    return { ...systemResolver, kind: 'getaddrinfo' };
  },
};
