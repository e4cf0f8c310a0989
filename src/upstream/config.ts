import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import type { HostHealthCheckConfig, LocalityConfig } from '../api/upstream.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';
import { parseMetadata } from '../match/metadata.js';
import { parseBalancer } from './balancing/parse-balancer.js';
import type { TransportMatchConfig, TransportsConfig } from './cluster-transports.js';
import { type HealthCheckConfig, parseHealthCheck } from './health/config.js';
import { type ProtocolConfig, parseUpstreamProtocol } from './http-protocol.js';
import { type ClusterType, parseDiscovery } from './membership/discovery-config.js';
import type { DnsConfig } from './membership/dns-config.js';
import type { AutoSniConfig } from './named-pools.js';
import { type OutlierConfig, parseOutlierDetection } from './outlier-config.js';

/** One configured endpoint; for DNS clusters `address` is a name that resolves to any number of hosts. */
export type EndpointConfig = {
  readonly address: string;
  /** 0 for a Unix socket, whose path is `address`. */
  readonly port: number;
  readonly isPipe: boolean;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: LocalityConfig;
  /** Of the whole locality; 0 = none was given. */
  readonly localityWeight: number;
  readonly metadata: Plain;
  readonly healthStatus: string;
  readonly healthCheck: HostHealthCheckConfig | null;
};

/** Limits of one routing priority. */
export type ThresholdsConfig = {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  readonly maxConnectionPools: number;
  readonly trackRemaining: boolean;
  /** Present when a retry budget replaces `maxRetries`. */
  readonly retryBudget: { readonly percent: number; readonly minConcurrency: number } | null;
};

/** A cluster as it crosses threads. */
export type ClusterConfig = ProtocolConfig & {
  readonly name: string;
  readonly statName: string;
  readonly type: ClusterType;
  readonly connectTimeoutMs: number;
  readonly bufferLimitBytes: number;
  readonly balancer: ExtensionConfig;
  readonly endpoints: readonly EndpointConfig[];
  readonly overprovisioningFactor: number;
  readonly weightedPriorityHealth: boolean;
  readonly panicThresholdPercent: number;
  /** Name of the cluster that this proxy belongs to; empty when it is not told. */
  readonly localCluster: string;
  readonly thresholds: readonly [ThresholdsConfig, ThresholdsConfig];
  readonly healthChecks: readonly HealthCheckConfig[];
  readonly outlier: OutlierConfig | null;
  /** 0 = none. */
  readonly idleTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  readonly maxRequestsPerConnection: number;
  readonly maxResponseHeadersKb: number;
  readonly maxResponseHeaders: number;
  readonly dns: DnsConfig;
  readonly metadata: Plain;
  /** Null: the socket itself. */
  readonly transport: ExtensionConfig | null;
  readonly transportMatches: readonly TransportMatchConfig[];
  /** Null: server names are as the transport sockets have them. */
  readonly autoSni: AutoSniConfig | null;
  readonly ignoreNewHostsUntilFirstHc: boolean;
  /** In which health a host may be chosen by its address: names of `HealthStatus`. */
  readonly overrideHostStatus: readonly string[];
  /** Hosts that discovery drops leave at once, not only when their health check fails. */
  readonly ignoreHealthOnHostRemoval: boolean;
  /** False: a DNS cluster counts as ready before its first answer. */
  readonly waitForWarmOnInit: boolean;
  readonly origin: string;
};

/** Reads `envoy.config.cluster.v3.Cluster`. */
export function parseCluster(node: ConfigNode): ClusterConfig {
  const name = node.string('name');
  const { type, dns } = parseDiscovery(node);
  const http = parseHttpOptions(node);
  return {
    name,
    statName: node.string('alt_stat_name') || name,
    type,
    connectTimeoutMs: node.duration('connect_timeout', 5000),
    bufferLimitBytes: node.number('per_connection_buffer_limit_bytes', 1024 * 1024),
    balancer: parseBalancer(node),
    localCluster: '',
    ...parseAssignment(node, type),
    panicThresholdPercent: parsePanic(node),
    ignoreNewHostsUntilFirstHc:
      node.message('common_lb_config')?.bool('ignore_new_hosts_until_first_hc') ?? false,
    overrideHostStatus: parseOverrideHostStatus(node),
    ignoreHealthOnHostRemoval: node.bool('ignore_health_on_host_removal'),
    waitForWarmOnInit: node.bool('wait_for_warm_on_init', true),
    thresholds: parseThresholds(node),
    healthChecks: parseHealthChecks(node),
    outlier: parseOutlierDetection(node),
    ...http,
    maxRequestsPerConnection: http.maxRequestsPerConnection || node.number('max_requests_per_connection', 0),
    dns,
    metadata: messageOf(parseMetadata(node, 'metadata')),
    ...parseTransports(node),
    origin: `${node.origin.source}:${node.origin.line}`,
  };
}

function parseTransports(node: ConfigNode): TransportsConfig {
  const kind = 'transport.socket.upstream';
  const matches = node.list('transport_socket_matches').map((entry): TransportMatchConfig => {
    const match = entry.struct('match');
    return {
      name: entry.string('name'),
      match: isPlainObject(match) ? match : {},
      transport: entry.extension(kind, 'transport_socket') ?? null,
    };
  });
  return { transport: node.extension(kind, 'transport_socket') ?? null, transportMatches: matches };
}

/** One check is honoured; Envoy takes several if each has a name. */
function parseHealthChecks(node: ConfigNode): readonly HealthCheckConfig[] {
  const checks = node.list('health_checks');
  if (checks.length > 1)
    node.unsupportedValue('health_checks', `${checks.length} checks`, 'one check per cluster is');
  return checks.map(parseHealthCheck);
}

function parsePanic(node: ConfigNode): number {
  const percent =
    node.message('common_lb_config')?.message('healthy_panic_threshold')?.number('value', 50) ?? 50;
  return Math.trunc(percent);
}

function parseOverrideHostStatus(node: ConfigNode): readonly string[] {
  const set = node.message('common_lb_config')?.message('override_host_status');
  return set === undefined ? ['UNKNOWN', 'HEALTHY', 'DEGRADED'] : set.enums('statuses');
}

/** Clusters and hosts carry the whole message `core.v3.Metadata`. */
function messageOf(namespaces: Plain): Plain {
  return namespaces === null ? null : { filter_metadata: namespaces };
}

const singleEndpoint =
  'LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint';

function parseAssignment(
  node: ConfigNode,
  type: ClusterType,
): Pick<ClusterConfig, 'endpoints' | 'overprovisioningFactor' | 'weightedPriorityHealth'> {
  const assignment = node.message('load_assignment');
  if (assignment === undefined) {
    if (type === 'LOGICAL_DNS') node.error('LOGICAL_DNS clusters must have a single host', 'load_assignment');
    return { endpoints: [], overprovisioningFactor: 140, weightedPriorityHealth: false };
  }
  assignment.string('cluster_name');
  const groups = assignment.list('endpoints');
  if (type === 'LOGICAL_DNS' && (groups.length !== 1 || groups[0]?.list('lb_endpoints').length !== 1)) {
    assignment.error(singleEndpoint, 'endpoints');
  }
  const policy = assignment.message('policy');
  const endpoints: EndpointConfig[] = [];
  for (const group of groups) {
    const locality = parseLocality(group.message('locality'));
    const priority = group.number('priority', 0);
    const localityWeight = group.number('load_balancing_weight', 0);
    for (const entry of group.list('lb_endpoints')) {
      const endpoint = parseEndpoint(entry, type, { locality, localityWeight, priority });
      if (endpoint !== null) endpoints.push(endpoint);
    }
  }
  return {
    endpoints,
    overprovisioningFactor: policy?.number('overprovisioning_factor', 140) ?? 140,
    weightedPriorityHealth: policy?.bool('weighted_priority_health') ?? false,
  };
}

function parseLocality(node: ConfigNode | undefined): LocalityConfig {
  return {
    region: node?.string('region') ?? '',
    zone: node?.string('zone') ?? '',
    subZone: node?.string('sub_zone') ?? '',
  };
}

function parseEndpoint(
  entry: ConfigNode,
  type: ClusterType,
  group: Pick<EndpointConfig, 'locality' | 'localityWeight' | 'priority'>,
): EndpointConfig | null {
  const endpoint = entry.message('endpoint');
  if (endpoint === undefined) {
    entry.unsupported('endpoint_name', 'named endpoints');
    return null;
  }
  const address = endpoint.message('address');
  if (address === undefined) {
    endpoint.error('an endpoint needs an address', 'address');
    return null;
  }
  const target = parseTarget(address, type);
  if (target === null) return null;
  const check = endpoint.message('health_check_config');
  return {
    ...target,
    hostname: endpoint.string('hostname'),
    weight: entry.number('load_balancing_weight', 1),
    ...group,
    metadata: messageOf(parseMetadata(entry, 'metadata')),
    healthStatus: entry.enum('health_status', 'UNKNOWN'),
    healthCheck:
      check === undefined
        ? null
        : {
            port: check.number('port_value', 0),
            hostname: check.string('hostname'),
            disabled: check.bool('disable_active_health_check'),
          },
  };
}

const ipPattern = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%\w+)?)$/;

function parseTarget(
  node: ConfigNode,
  type: ClusterType,
): { address: string; port: number; isPipe: boolean } | null {
  const pipe = node.message('pipe');
  if (pipe !== undefined) return { address: pipe.string('path'), port: 0, isPipe: true };
  const socket = node.message('socket_address');
  if (socket === undefined) {
    node.unsupported('envoy_internal_address', 'internal listeners');
    return null;
  }
  const address = socket.string('address');
  if (type === 'STATIC' && !ipPattern.test(address)) {
    socket.error(
      `malformed IP address: ${address}. Consider setting resolver_name or setting cluster type to 'STRICT_DNS' or 'LOGICAL_DNS'`,
      'address',
    );
  }
  if (type !== 'STATIC' && socket.string('resolver_name') !== '') {
    socket.error(`${type} clusters must NOT have a custom resolver name set`, 'resolver_name');
  }
  if (socket.enum('protocol', 'TCP') !== 'TCP') socket.unsupportedValue('protocol', 'UDP');
  return { address, port: socket.number('port_value', 0), isPipe: false };
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
  node.unsupported(
    'max_connection_pools',
    'a host has one pool per priority and worker, and they are not limited',
  );
  const budget = node.message('retry_budget');
  const limit = (field: string, fallback: number): number =>
    Math.min(node.number(field, fallback), unlimited);
  return {
    maxConnections: limit('max_connections', 1024),
    maxPendingRequests: limit('max_pending_requests', 1024),
    maxRequests: limit('max_requests', 1024),
    maxRetries: limit('max_retries', 3),
    maxConnectionPools: unlimited,
    trackRemaining: node.bool('track_remaining'),
    retryBudget:
      budget === undefined
        ? null
        : {
            percent: budget.message('budget_percent')?.number('value', 20) ?? 20,
            minConcurrency: budget.number('min_retry_concurrency', 3),
          },
  };
}

interface HttpOptions extends ProtocolConfig {
  autoSni: AutoSniConfig | null;
  idleTimeoutMs: number;
  maxConnectionDurationMs: number;
  maxRequestsPerConnection: number;
  maxResponseHeadersKb: number;
  maxResponseHeaders: number;
}

/** `typed_extension_protocol_options` and the deprecated fields that it replaced. */
function parseHttpOptions(node: ConfigNode): HttpOptions {
  const map = node.map('typed_extension_protocol_options');
  const http = map.get('envoy.extensions.upstreams.http.v3.HttpProtocolOptions');
  const tcp = map.get('envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions');
  const common =
    http?.message('common_http_protocol_options') ?? node.message('common_http_protocol_options');
  common?.unsupported('max_stream_duration', 'routes and connection managers have one; clusters not yet');
  tcp?.noEffect('idle_timeout', 'no TCP connection is kept idle: each is opened for its session');
  return {
    autoSni: parseAutoSni(http?.message('upstream_http_protocol_options')),
    ...parseUpstreamProtocol(node, http),
    idleTimeoutMs: common?.duration('idle_timeout', 3_600_000) ?? 3_600_000,
    maxConnectionDurationMs: common?.duration('max_connection_duration', 0) ?? 0,
    maxRequestsPerConnection: common?.number('max_requests_per_connection', 0) ?? 0,
    maxResponseHeadersKb: common?.number('max_response_headers_kb', 80) ?? 80,
    maxResponseHeaders: common?.number('max_headers_count', 100) ?? 100,
  };
}

function parseAutoSni(node: ConfigNode | undefined): AutoSniConfig | null {
  if (node === undefined) return null;
  const setsServerName = node.bool('auto_sni');
  const checksCertificate = node.bool('auto_san_validation');
  const header = node.string('override_auto_sni_header').toLowerCase();
  return setsServerName || checksCertificate ? { setsServerName, checksCertificate, header } : null;
}
