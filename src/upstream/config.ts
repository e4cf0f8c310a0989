import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import type { RedisHosts } from '../api/redis-hosts.js';
import type { Places } from '../api/route.js';
import type { UpstreamSocketConfig } from '../api/upstream-socket.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';
import { type MessagePredicateConfig, parseMessagePredicate } from '../match/message-predicate.js';
import { parseMetadata } from '../match/metadata.js';
import { placesOf } from '../match/places.js';
import { parseAutoSni } from './auto-sni.js';
import { parseBalancer, providedBalancer } from './balancing/parse-balancer.js';
import type { ConsistentHashConfig } from './balancing/policy-config.js';
import type { TransportMatchConfig, TransportsConfig } from './cluster-transports.js';
import { type AssignedHosts, messageOf, parseLoadAssignment } from './endpoints-config.js';
import { type HealthCheckConfig, parseHealthChecks } from './health/config.js';
import { type HttpPoliciesConfig, parseHttpPolicies } from './http-policies.js';
import { type ProtocolConfig, parseUpstreamProtocol } from './http-protocol.js';
import {
  type ClusterType,
  type DiscoveryConfig,
  type ForwardProxyClusterConfig,
  parseDiscovery,
} from './membership/discovery-config.js';
import type { AutoSniConfig } from './named-pools.js';
import { type OutlierConfig, parseOutlierDetection } from './outlier-config.js';
import { parseRedisHosts } from './redis-hosts.js';
import { parseSocketConfig } from './socket-config.js';
import { parseTraffic, type TrafficConfig } from './traffic-stats.js';

/** Limits of one routing priority. */
export type ThresholdsConfig = {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  readonly maxConnectionPools: number;
  readonly trackRemaining: boolean;
  /** Present when a retry budget replaces `maxRetries`. */
  readonly retryBudget: RetryBudgetConfig | null;
};

export type RetryBudgetConfig = {
  readonly percent: number;
  readonly minConcurrency: number;
  /** The percentage is of the requests that began in so long a time; 0 = of those that are active. */
  readonly intervalMs: number;
};

/** A cluster as it crosses threads. */
export type ClusterConfig = ProtocolConfig &
  DiscoveryConfig &
  AssignedHosts & {
    readonly name: string;
    readonly statName: string;
    readonly connectTimeoutMs: number;
    readonly bufferLimitBytes: number;
    readonly balancer: ExtensionConfig;
    readonly panicThresholdPercent: number;
    /** Name of the cluster that this proxy belongs to; empty when it is not told. */
    readonly localCluster: string;
    readonly thresholds: readonly [ThresholdsConfig, ThresholdsConfig];
    /** Connections to one host at most, by routing priority; null = no limit. */
    readonly hostConnections: readonly [number | null, number | null];
    /** What runs over a TCP connection to a host that fails its checks ends with it. */
    readonly closesConnectionsOnHostFailure: boolean;
    readonly healthChecks: readonly HealthCheckConfig[];
    readonly outlier: OutlierConfig | null;
    /** Which answers are errors for outlier detection; null: their statuses say. */
    readonly errorMatcher: MessagePredicateConfig | null;
    /** From when a request has its connection to the end of its answer; 0 = none. */
    readonly maxStreamDurationMs: number;
    /** 0 = none. */
    readonly idleTimeoutMs: number;
    readonly maxConnectionDurationMs: number;
    /** Percent. */
    readonly maxConnectionDurationJitter: number;
    readonly maxRequestsPerConnection: number;
    readonly maxResponseHeadersKb: number;
    readonly maxResponseHeaders: number;
    readonly policies: HttpPoliciesConfig;
    readonly traffic: TrafficConfig;
    readonly metadata: Plain;
    /** Null: the socket itself. */
    readonly transport: ExtensionConfig | null;
    readonly transportMatches: readonly TransportMatchConfig[];
    /** Null: server names are as the transport sockets have them. */
    readonly autoSni: AutoSniConfig | null;
    readonly ignoreNewHostsUntilFirstHc: boolean;
    /** Streams that a host's connections are to have room for, as a multiple of those that there are; 1 to 3. */
    readonly preconnectRatio: number;
    /** The same over all hosts together: above 1 the host that comes next is connected to ahead of its request. */
    readonly predictiveRatio: number;
    /** Pools of all hosts drain when any host comes or goes. */
    readonly closesConnectionsOnHostSetChange: boolean;
    /** Each downstream connection has connections of its own. */
    readonly hasPoolPerClient: boolean;
    readonly socket: UpstreamSocketConfig;
    readonly redis: RedisHosts;
    /** In which health a host may be chosen by its address: names of `HealthStatus`. */
    readonly overrideHostStatus: readonly string[];
    /** Hosts that discovery drops leave at once, not only when their health check fails. */
    readonly ignoreHealthOnHostRemoval: boolean;
    /** False: a DNS cluster counts as ready before its first answer. */
    readonly waitForWarmOnInit: boolean;
    readonly origin: string;
    readonly places: Places;
  };

/** Reads `envoy.config.cluster.v3.Cluster`. */
export function parseCluster(node: ConfigNode): ClusterConfig {
  const name = node.string('name');
  const discovery = parseDiscovery(node);
  const http = parseHttpOptions(node, discovery.forwardProxy);
  const balancer = providedBalancer(node, discovery.type) ?? parseBalancer(node);
  notePool(node);
  const hasSlots = discovery.type === 'REDIS' && node.enum('lb_policy') === 'CLUSTER_PROVIDED';
  return {
    name,
    statName: node.string('alt_stat_name') || name,
    ...discovery,
    connectTimeoutMs: node.duration('connect_timeout', 5000),
    bufferLimitBytes: node.number('per_connection_buffer_limit_bytes', 1024 * 1024),
    balancer,
    localCluster: '',
    ...parseLoadAssignment(node, discovery.type),
    panicThresholdPercent: parsePanic(node),
    ignoreNewHostsUntilFirstHc:
      node.message('common_lb_config')?.bool('ignore_new_hosts_until_first_hc') ?? false,
    overrideHostStatus: parseOverrideHostStatus(node),
    closesConnectionsOnHostSetChange: parseHostSetChange(node, discovery.type),
    hasPoolPerClient: node.bool('connection_pool_per_downstream_connection'),
    preconnectRatio: node.message('preconnect_policy')?.number('per_upstream_preconnect_ratio', 1) ?? 1,
    predictiveRatio: node.message('preconnect_policy')?.number('predictive_preconnect_ratio', 1) ?? 1,
    socket: parseSocketConfig(node),
    ignoreHealthOnHostRemoval: node.bool('ignore_health_on_host_removal'),
    waitForWarmOnInit: node.bool('wait_for_warm_on_init', true),
    thresholds: parseThresholds(node),
    hostConnections: parseHostConnections(node.message('circuit_breakers')),
    closesConnectionsOnHostFailure: node.bool('close_connections_on_host_health_failure'),
    healthChecks: parseHealthChecks(node, http.protocol),
    outlier: parseOutlierDetection(node),
    redis: parseRedisHosts(node, hasSlots),
    ...http,
    policies: withHashOf(balancer, http.policies),
    traffic: parseTraffic(node),
    maxRequestsPerConnection: http.maxRequestsPerConnection || node.number('max_requests_per_connection', 0),
    metadata: messageOf(parseMetadata(node, 'metadata')),
    ...parseTransports(node, http.protocol === 'negotiated'),
    origin: `${node.origin.source}:${node.origin.line}`,
    places: placesOfCluster(node),
  };
}

const placedFields = ['connect_timeout', 'circuit_breakers', 'outlier_detection', 'health_checks'];

function placesOfCluster(node: ConfigNode): Places {
  const options = node
    .map('typed_extension_protocol_options')
    .get('envoy.extensions.upstreams.http.v3.HttpProtocolOptions');
  const common = (options ?? node).message('common_http_protocol_options');
  return { ...placesOf(node, placedFields), ...placesOf(common, ['idle_timeout']) };
}

/** What the balancer says of hashes comes before what the cluster says. */
function withHashOf({ typeUrl, config }: ExtensionConfig, policies: HttpPoliciesConfig): HttpPoliciesConfig {
  if (!hashing.has(typeUrl)) return policies;
  const { hashPolicies } = config as ConsistentHashConfig;
  return hashPolicies.length === 0 ? policies : { ...policies, hashPolicies };
}

const hashing: ReadonlySet<string> = new Set([
  'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash',
  'envoy.extensions.load_balancing_policies.maglev.v3.Maglev',
]);

const usualPools: readonly string[] = [
  'envoy.extensions.upstreams.http.generic.v3.GenericConnectionPoolProto',
  'envoy.extensions.upstreams.http.http.v3.HttpConnectionPoolProto',
  'envoy.extensions.upstreams.tcp.generic.v3.GenericConnectionPoolProto',
];

/** The pools that Envoy calls generic, and for requests that of HTTP, are those that a cluster has without being told. */
function notePool(node: ConfigNode): void {
  const pool = node.message('upstream_config')?.message('typed_config');
  if (usualPools.includes(pool?.typeName ?? ''))
    node.noEffect('upstream_config', 'it is how connections are pooled anyway');
  else node.unsupported('upstream_config', 'the generic pools and that of HTTP are the only ones');
}

/** Transport sockets that say which protocol was agreed on. */
const negotiating: ReadonlySet<string> = new Set([
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
]);

function parseTransports(node: ConfigNode, isNegotiated: boolean): TransportsConfig {
  const kind = 'transport.socket.upstream';
  const matches = node.list('transport_socket_matches').map((entry): TransportMatchConfig => {
    const match = entry.struct('match');
    return {
      name: entry.string('name'),
      match: isPlainObject(match) ? match : {},
      transport: entry.extension(kind, 'transport_socket') ?? null,
    };
  });
  const transport = node.extension(kind, 'transport_socket') ?? null;
  const isForeign = transport === null && node.has('transport_socket');
  if (isNegotiated && !isForeign) {
    const name = node.string('name');
    const lacks = (one: ExtensionConfig | null): boolean => one === null || !negotiating.has(one.typeUrl);
    const what = `ALPN configured for cluster ${name} which has a non-ALPN transport socket`;
    if (lacks(transport)) node.error(what, 'transport_socket');
    else if (matches.some((entry) => lacks(entry.transport)))
      node.error(`${what} matcher`, 'transport_socket_matches');
  }
  return { transport, transportMatches: matches };
}

function parsePanic(node: ConfigNode): number {
  const percent =
    node.message('common_lb_config')?.message('healthy_panic_threshold')?.number('value', 50) ?? 50;
  return Math.trunc(percent);
}

function parseHostSetChange(node: ConfigNode, type: ClusterType): boolean {
  const common = node.message('common_lb_config');
  common?.noEffect('update_merge_window', 'every update takes effect at once');
  if (type !== 'ORIGINAL_DST') {
    node.noEffect('cleanup_interval', 'only original-destination clusters have hosts to clean up');
    node.noEffect('original_dst_lb_config', 'only original-destination clusters look at it');
  }
  return common?.bool('close_connections_on_host_set_change') ?? false;
}

function parseOverrideHostStatus(node: ConfigNode): readonly string[] {
  const set = node.message('common_lb_config')?.message('override_host_status');
  return set === undefined ? ['UNKNOWN', 'HEALTHY', 'DEGRADED'] : set.enums('statuses');
}

function parseThresholds(node: ConfigNode): readonly [ThresholdsConfig, ThresholdsConfig] {
  const breakers = node.message('circuit_breakers');
  const byPriority = new Map<string, ThresholdsConfig>();
  for (const entry of breakers?.list('thresholds') ?? []) {
    const priority = entry.enum('priority', 'DEFAULT');
    const threshold = parseThreshold(entry);
    if (!byPriority.has(priority)) byPriority.set(priority, threshold);
  }
  return [byPriority.get('DEFAULT') ?? defaultThresholds, byPriority.get('HIGH') ?? defaultThresholds];
}

const perClusterAlone = [
  'max_pending_requests',
  'max_requests',
  'max_retries',
  'max_connection_pools',
  'retry_budget',
  'track_remaining',
];

/** The first of each priority counts; only connections can be limited. */
function parseHostConnections(breakers: ConfigNode | undefined): readonly [number | null, number | null] {
  const limits = new Map<string, number>();
  for (const node of breakers?.list('per_host_thresholds') ?? []) {
    if (perClusterAlone.some((field) => node.has(field)))
      node.error('Unsupported field in per_host_thresholds');
    const priority = node.enum('priority', 'DEFAULT');
    const limit = node.optionalNumber('max_connections');
    if (limit !== undefined && !limits.has(priority)) limits.set(priority, limit);
  }
  return [limits.get('DEFAULT') ?? null, limits.get('HIGH') ?? null];
}

const unlimited = 0x7fff_ffff;

const defaultThresholds: ThresholdsConfig = {
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxRequests: 1024,
  maxRetries: 3,
  maxConnectionPools: unlimited,
  trackRemaining: false,
  retryBudget: null,
};

function parseThreshold(node: ConfigNode): ThresholdsConfig {
  const budget = node.message('retry_budget');
  const limit = (field: string, fallback: number): number =>
    Math.min(node.number(field, fallback), unlimited);
  return {
    maxConnections: limit('max_connections', 1024),
    maxPendingRequests: limit('max_pending_requests', 1024),
    maxRequests: limit('max_requests', 1024),
    maxRetries: limit('max_retries', 3),
    maxConnectionPools: limit('max_connection_pools', unlimited),
    trackRemaining: node.bool('track_remaining'),
    retryBudget:
      budget === undefined
        ? null
        : {
            percent: budget.message('budget_percent')?.number('value', 20) ?? 20,
            minConcurrency: budget.number('min_retry_concurrency', 3),
            intervalMs: budget.duration('budget_interval', 0),
          },
  };
}

interface HttpOptions extends ProtocolConfig {
  errorMatcher: MessagePredicateConfig | null;
  maxStreamDurationMs: number;
  autoSni: AutoSniConfig | null;
  idleTimeoutMs: number;
  maxConnectionDurationMs: number;
  maxConnectionDurationJitter: number;
  maxRequestsPerConnection: number;
  maxResponseHeadersKb: number;
  maxResponseHeaders: number;
  policies: HttpPoliciesConfig;
}

const fieldsOfOld = [
  'common_http_protocol_options',
  'http_protocol_options',
  'http2_protocol_options',
  'upstream_http_protocol_options',
  'protocol_selection',
];

/** `typed_extension_protocol_options` and the deprecated fields that it replaced. */
function parseHttpOptions(node: ConfigNode, forwardProxy: ForwardProxyClusterConfig | null): HttpOptions {
  const map = node.map('typed_extension_protocol_options');
  const http = map.get('envoy.extensions.upstreams.http.v3.HttpProtocolOptions');
  const tcp = map.get('envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions');
  for (const field of http === undefined ? [] : fieldsOfOld)
    node.noEffect(field, 'the typed HttpProtocolOptions take its place');
  const common = (http ?? node).message('common_http_protocol_options');
  common?.noEffect('headers_with_underscores_action', 'it is about the requests of clients');
  tcp?.noEffect('idle_timeout', 'no TCP connection is kept idle: each is opened for its session');
  return {
    autoSni: parseAutoSni(node, http, forwardProxy),
    errorMatcher: parseErrorMatcher(http),
    ...parseUpstreamProtocol(node, http),
    maxStreamDurationMs: common?.duration('max_stream_duration', 0) ?? 0,
    idleTimeoutMs: common?.duration('idle_timeout', 3_600_000) ?? 3_600_000,
    maxConnectionDurationMs: common?.duration('max_connection_duration', 0) ?? 0,
    maxConnectionDurationJitter: common?.message('max_connection_duration_jitter')?.number('value', 0) ?? 0,
    maxRequestsPerConnection: common?.number('max_requests_per_connection', 0) ?? 0,
    maxResponseHeadersKb: common?.number('max_response_headers_kb', 80) ?? 80,
    maxResponseHeaders: common?.number('max_headers_count', 100) ?? 100,
    policies: parseHttpPolicies(http),
  };
}

function parseErrorMatcher(http: ConfigNode | undefined): MessagePredicateConfig | null {
  const matcher = http?.message('outlier_detection')?.message('error_matcher');
  return matcher === undefined ? null : parseMessagePredicate(matcher);
}
