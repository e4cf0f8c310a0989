import type { ConfigNode, FractionConfig } from '../../../../api/config-node.js';
import { type ReadPolicy, readPolicies } from '../../../../api/redis-shard.js';
import type { RespVersion } from '../../../../codec/redis/resp-value.js';
import { type GrpcServiceConfig, parseGrpcService } from '../../../../upstream/grpc-service.js';
import type { FaultConfig } from './faults.js';
import { keyFormatProblem } from './key-format.js';
import { type NameCacheConfig, parseNameCache } from './name-cache.js';

export type MirrorConfig = {
  readonly cluster: string;
  readonly excludesReads: boolean;
  /** Null: every command. */
  readonly fraction: FractionConfig | null;
};

export type RedisRouteConfig = {
  readonly prefix: string;
  readonly removesPrefix: boolean;
  /** Empty: the key stays as it is. */
  readonly keyFormat: string;
  readonly cluster: string;
  /** Where reads go; empty: where everything goes. */
  readonly readCluster: string;
  readonly mirrors: readonly MirrorConfig[];
};

/** How the connections to the hosts of a cluster are used. */
export type PoolConfig = {
  readonly opTimeoutMs: number;
  readonly hashesTags: boolean;
  readonly followsRedirections: boolean;
  /** Null: names in redirections are not looked up. */
  readonly nameCache: NameCacheConfig | null;
  readonly maxUnknownConnections: number;
  /** 0: every command is sent at once. */
  readonly flushBytes: number;
  readonly flushMs: number;
  readonly hasCommandStats: boolean;
  readonly readPolicy: ReadPolicy;
  /** New connections in a second; 0 = no limit. */
  readonly connectionsPerSecond: number;
  readonly version: RespVersion;
};

/** A service that says who may come in, instead of passwords. */
export type ExternalAuthConfig = {
  readonly service: GrpcServiceConfig;
  /** What it says holds until the time that it names. */
  readonly hasExpiration: boolean;
};

const externalTimeoutMs = 200;

/** `envoy.extensions.filters.network.redis_proxy.v3.RedisProxy`. Texts of secrets hold one character per byte. */
export type RedisProxyConfig = {
  readonly statPrefix: string;
  readonly pool: PoolConfig;
  readonly isLatencyInMicros: boolean;
  readonly routes: readonly RedisRouteConfig[];
  readonly isCaseInsensitive: boolean;
  /** Null when no route is for all keys. */
  readonly catchAll: RedisRouteConfig | null;
  readonly username: string;
  /** None: clients need not say who they are. */
  readonly passwords: readonly string[];
  /** Null: nobody else is asked. */
  readonly external: ExternalAuthConfig | null;
  readonly faults: readonly FaultConfig[];
  readonly customCommands: readonly string[];
};

export function parseRedisProxy(node: ConfigNode): RedisProxyConfig {
  const prefixes = node.message('prefix_routes');
  const routes = prefixes?.list('routes').map(parseRoute) ?? [];
  const isCaseInsensitive = prefixes?.bool('case_insensitive') ?? false;
  const catchAll = prefixes?.message('catch_all_route');
  if (routes.length === 0 && catchAll === undefined) {
    node.error('cannot configure a redis-proxy without any upstream', 'prefix_routes');
  }
  refuseTwins(node, routes, isCaseInsensitive);
  const version = node.enum('protocol_version') === 'RESP3' ? 3 : 2;
  return {
    statPrefix: node.string('stat_prefix'),
    pool: parsePool(node.message('settings'), version),
    isLatencyInMicros: node.bool('latency_in_micros'),
    routes,
    isCaseInsensitive,
    catchAll: catchAll === undefined ? null : parseRoute(catchAll),
    username: secretText(node, 'downstream_auth_username') ?? '',
    passwords: parsePasswords(node),
    external: parseExternal(node.message('external_auth_provider')),
    faults: node.list('faults').map(parseFault),
    customCommands: node.strings('custom_commands'),
  };
}

function parsePool(settings: ConfigNode | undefined, version: RespVersion): PoolConfig {
  const limit = settings?.message('connection_rate_limit');
  const names = settings?.message('dns_cache_config');
  const flushBytes = settings?.number('max_buffer_size_before_flush', 0) ?? 0;
  return {
    opTimeoutMs: settings?.duration('op_timeout', 0) ?? 0,
    hashesTags: settings?.bool('enable_hashtagging') ?? false,
    followsRedirections: settings?.bool('enable_redirection') ?? false,
    nameCache: names === undefined ? null : parseNameCache(names),
    maxUnknownConnections: settings?.number('max_upstream_unknown_connections', 100) ?? 100,
    flushBytes,
    flushMs: settings?.duration('buffer_flush_timeout', 3) ?? 3,
    hasCommandStats: settings?.bool('enable_command_stats') ?? false,
    readPolicy: parseReadPolicy(settings),
    connectionsPerSecond: limit?.number('connection_rate_limit_per_sec', 0) ?? 0,
    version,
  };
}

function parseReadPolicy(settings: ConfigNode | undefined): ReadPolicy {
  const name = settings?.enum('read_policy') ?? 'MASTER';
  return readPolicies.find((policy) => policy === name) ?? 'MASTER';
}

function parseRoute(node: ConfigNode): RedisRouteConfig {
  const keyFormat = node.string('key_formatter');
  const problem = keyFormatProblem(keyFormat);
  if (problem !== undefined) node.error(problem, 'key_formatter');
  const reads = node.message('read_command_policy');
  return {
    prefix: Buffer.from(node.string('prefix')).toString('latin1'),
    removesPrefix: node.bool('remove_prefix'),
    keyFormat,
    cluster: clusterOf(node),
    readCluster: reads === undefined ? '' : clusterOf(reads),
    mirrors: node.list('request_mirror_policy').map((mirror) => ({
      cluster: clusterOf(mirror),
      excludesReads: mirror.bool('exclude_read_commands'),
      fraction: mirror.has('runtime_fraction')
        ? mirror.fraction('runtime_fraction', { numerator: 100, denominator: 100, runtimeKey: '' })
        : null,
    })),
  };
}

function clusterOf(node: ConfigNode): string {
  const cluster = node.string('cluster');
  node.needs.cluster(cluster, 'cluster');
  return cluster;
}

function refuseTwins(
  node: ConfigNode,
  routes: readonly RedisRouteConfig[],
  isCaseInsensitive: boolean,
): void {
  const seen = new Set<string>();
  for (const { prefix } of routes) {
    const folded = isCaseInsensitive ? prefix.toLowerCase() : prefix;
    if (seen.has(folded)) node.error(`prefix \`${prefix}\` already exists.`, 'prefix_routes');
    seen.add(folded);
  }
}

function parseExternal(node: ConfigNode | undefined): ExternalAuthConfig | null {
  const service = node?.message('grpc_service');
  if (node === undefined || service === undefined) return null;
  return {
    service: parseGrpcService(service, externalTimeoutMs),
    hasExpiration: node.bool('enable_auth_expiration'),
  };
}

function parseFault(node: ConfigNode): FaultConfig {
  return {
    isError: node.enum('fault_type') === 'ERROR',
    fraction: node.fraction('fault_enabled', { numerator: 0, denominator: 100, runtimeKey: '' }),
    delayMs: node.duration('delay', 0),
    commands: node.strings('commands').map((name) => name.toLowerCase()),
  };
}

function parsePasswords(node: ConfigNode): readonly string[] {
  const listed = node.list('downstream_auth_passwords').map((it) => textOf(it.ownBytes()));
  const single = secretText(node, 'downstream_auth_password');
  return [single, ...listed].filter((text): text is string => text !== undefined && text !== '');
}

function secretText(node: ConfigNode, field: string): string | undefined {
  return textOf(node.dataBytes(field));
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
}
