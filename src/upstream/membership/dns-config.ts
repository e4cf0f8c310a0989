import type { ConfigNode, ExtensionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';

/** Which resolver asks, and whom. */
export type ResolverConfig = {
  /** `shared`: the one that the bootstrap sets up for all who have none of their own. */
  readonly kind: 'cares' | 'getaddrinfo' | 'shared';
  /** `ip:port` of servers to ask; empty = the system's. */
  readonly servers: readonly string[];
  /** Of one try. */
  readonly timeoutMs: number;
  readonly tries: number;
};

export type DnsConfig = {
  readonly refreshMs: number;
  readonly respectTtl: boolean;
  /** However short TTLs are, the next question waits so long. */
  readonly leastRefreshMs: number;
  readonly jitterMs: number;
  readonly failureBaseMs: number;
  readonly failureMaxMs: number;
  readonly family: string;
  readonly resolver: ResolverConfig;
};

const dayMs = 86_400_000;

export const systemResolver: ResolverConfig = { kind: 'cares', servers: [], timeoutMs: 5000, tries: 4 };

export const sharedResolver: ResolverConfig = { ...systemResolver, kind: 'shared' };

/** The fields that a `Cluster` and a `DnsCluster` have in common. */
export function parseDnsFields(node: ConfigNode, resolver: ResolverConfig): DnsConfig {
  return {
    ...parseDnsPace(node, 5000),
    leastRefreshMs: 0,
    respectTtl: node.bool('respect_dns_ttl'),
    jitterMs: node.duration('dns_jitter', 0),
    resolver,
  };
}

type DnsPace = Pick<DnsConfig, 'refreshMs' | 'failureBaseMs' | 'failureMaxMs' | 'family'>;

/** What a `DnsCacheConfig` has in common with them. */
export function parseDnsPace(node: ConfigNode, defaultMs: number): DnsPace {
  const refreshMs = Math.min(node.duration('dns_refresh_rate', defaultMs), dayMs);
  const failure = node.message('dns_failure_refresh_rate');
  const base = failure?.duration('base_interval', refreshMs) ?? refreshMs;
  const max = failure?.duration('max_interval', base * 10) ?? base;
  if (failure !== undefined && max < base) {
    failure.error('dns_failure_refresh_rate must have max_interval >= base_interval', 'max_interval');
  }
  return {
    refreshMs,
    failureBaseMs: base,
    failureMaxMs: max,
    family: node.enum('dns_lookup_family', 'AUTO'),
  };
}

/** The resolver of a `Cluster` or of a cache of names: its typed form, the form before that, or a list of addresses. */
export function parseClusterResolver(node: ConfigNode): ResolverConfig {
  const servers = node.list('dns_resolvers').flatMap(resolverAddress);
  return parseResolver(node, servers) ?? sharedResolver;
}

/** What a message says in either form; undefined: nothing. */
export function parseResolver(node: ConfigNode, named: readonly string[] = []): ResolverConfig | undefined {
  const typed = parseTypedResolver(node);
  const old = node.message('dns_resolution_config');
  const options = old?.message('dns_resolver_options');
  const servers = [...named, ...(old?.list('resolvers') ?? []).flatMap(resolverAddress)];
  const ownTcp = node.bool('use_tcp_for_dns_lookups');
  if (ownTcp) node.noEffect('use_tcp_for_dns_lookups', tcpReason);
  if (options !== undefined) parseResolverOptions(options);
  if (typed !== undefined) return typed;
  return old === undefined && named.length === 0 && !ownTcp ? undefined : { ...systemResolver, servers };
}

/** What `typed_dns_resolver_config` says; undefined when it is absent. */
export function parseTypedResolver(node: ConfigNode): ResolverConfig | undefined {
  return resolverOf(node.extension('dns.resolver', 'typed_dns_resolver_config'));
}

function resolverOf(extension: ExtensionConfig | undefined): ResolverConfig | undefined {
  return extension === undefined || !isResolver(extension.config) ? undefined : extension.config;
}

function isResolver(config: Plain): config is ResolverConfig {
  return typeof config === 'object' && config !== null && 'kind' in config && 'servers' in config;
}

const tcpReason = 'questions go out over UDP; a truncated answer is asked for again over TCP';

export function parseResolverOptions(node: ConfigNode): void {
  if (node.bool('use_tcp_for_dns_lookups')) node.noEffect('use_tcp_for_dns_lookups', tcpReason);
  if (node.bool('no_default_search_domain')) {
    node.noEffect(
      'no_default_search_domain',
      'search domains are tried last, for names that DNS does not know',
    );
  }
}

export function resolverAddress(node: ConfigNode): readonly string[] {
  const socket = node.message('socket_address');
  if (socket === undefined) return [];
  const address = socket.string('address');
  const host = address.includes(':') ? `[${address}]` : address;
  return [`${host}:${socket.number('port_value', 53) || 53}`];
}
