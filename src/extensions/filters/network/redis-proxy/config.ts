import type { ConfigNode } from '../../../../api/config-node.js';

export type RedisRouteConfig = {
  readonly prefix: string;
  readonly removesPrefix: boolean;
  readonly cluster: string;
};

/** `envoy.extensions.filters.network.redis_proxy.v3.RedisProxy`. Texts of secrets hold one character per byte. */
export type RedisProxyConfig = {
  readonly statPrefix: string;
  readonly opTimeoutMs: number;
  readonly hashesTags: boolean;
  readonly hasCommandStats: boolean;
  readonly isLatencyInMicros: boolean;
  readonly routes: readonly RedisRouteConfig[];
  readonly isCaseInsensitive: boolean;
  /** Null when no route is for all keys. */
  readonly catchAll: RedisRouteConfig | null;
  readonly username: string;
  /** None: clients need not say who they are. */
  readonly passwords: readonly string[];
  readonly customCommands: readonly string[];
};

export function parseRedisProxy(node: ConfigNode): RedisProxyConfig {
  const settings = node.message('settings');
  const prefixes = node.message('prefix_routes');
  const routes = prefixes?.list('routes').map(parseRoute) ?? [];
  const isCaseInsensitive = prefixes?.bool('case_insensitive') ?? false;
  const catchAll = prefixes?.message('catch_all_route');
  if (routes.length === 0 && catchAll === undefined) {
    node.error('cannot configure a redis-proxy without any upstream', 'prefix_routes');
  }
  settings?.noEffect(
    'max_buffer_size_before_flush',
    'commands of one turn of the event loop are always sent together',
  );
  settings?.noEffect(
    'buffer_flush_timeout',
    'commands of one turn of the event loop are always sent together',
  );
  const policy = settings?.enum('read_policy') ?? 'MASTER';
  if (policy !== 'MASTER')
    settings?.unsupportedValue('read_policy', policy, 'replicas are not told apart yet');
  node.unsupported('external_auth_provider', 'clients are checked against passwords only');
  const protocol = node.enum('protocol_version');
  if (protocol !== 'RESP2') node.unsupportedValue('protocol_version', protocol);
  return {
    statPrefix: node.string('stat_prefix'),
    opTimeoutMs: settings?.duration('op_timeout', 0) ?? 0,
    hashesTags: settings?.bool('enable_hashtagging') ?? false,
    hasCommandStats: settings?.bool('enable_command_stats') ?? false,
    isLatencyInMicros: node.bool('latency_in_micros'),
    routes,
    isCaseInsensitive,
    catchAll: catchAll === undefined ? null : parseRoute(catchAll),
    username: secretText(node, 'downstream_auth_username') ?? '',
    passwords: parsePasswords(node),
    customCommands: node.strings('custom_commands').map((name) => name.toLowerCase()),
  };
}

function parseRoute(node: ConfigNode): RedisRouteConfig {
  const cluster = node.string('cluster');
  node.needs.cluster(cluster, 'cluster');
  return {
    prefix: Buffer.from(node.string('prefix')).toString('latin1'),
    removesPrefix: node.bool('remove_prefix'),
    cluster,
  };
}

function parsePasswords(node: ConfigNode): readonly string[] {
  const listed = node.list('downstream_auth_passwords').map((it) => it.ownBytes());
  const single = secretText(node, 'downstream_auth_password');
  const texts = listed.map((bytes) => (bytes === undefined ? '' : Buffer.from(bytes).toString('latin1')));
  return texts.length > 0 ? texts : single === undefined || single === '' ? [] : [single];
}

function secretText(node: ConfigNode, field: string): string | undefined {
  const bytes = node.dataBytes(field);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
}
