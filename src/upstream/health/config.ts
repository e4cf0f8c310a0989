import type { ConfigNode, ExtensionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject } from '../../base/plain-path.js';
import type { HeaderRulesConfig } from '../../route/config-types.js';
import { parseHeaderAdditions } from '../../route/header-mutations.js';
import type { UpstreamProtocol } from '../http-protocol.js';
import { type HttpCheckConfig, parseHttpCheck } from './http-check-config.js';
import { parsePayload } from './payload.js';

/** `HealthCheck.TcpHealthCheck`; bytes as lower-case hex. */
export type TcpCheckConfig = {
  readonly send: string;
  readonly receive: readonly string[];
  /** Version of the PROXY header that goes out first; 0 = none. */
  readonly proxyHeader: 0 | 1 | 2;
};

/** `HealthCheck.GrpcHealthCheck` */
export type GrpcCheckConfig = {
  readonly service: string;
  readonly authority: string;
  readonly headers: HeaderRulesConfig;
};

export type CheckKind =
  | { readonly kind: 'http'; readonly http: HttpCheckConfig }
  | { readonly kind: 'grpc'; readonly grpc: GrpcCheckConfig }
  | { readonly kind: 'tcp'; readonly tcp: TcpCheckConfig }
  | { readonly kind: 'custom'; readonly extension: ExtensionConfig };

/** `envoy.config.core.v3.HealthCheck` */
export type HealthCheckConfig = {
  /** Never empty where a cluster has several. */
  readonly name: string;
  readonly check: CheckKind;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly initialJitterMs: number;
  readonly intervalJitterMs: number;
  readonly intervalJitterPercent: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  readonly reuseConnection: boolean;
  readonly noTrafficIntervalMs: number;
  readonly noTrafficHealthyIntervalMs: number;
  readonly unhealthyIntervalMs: number;
  readonly unhealthyEdgeIntervalMs: number;
  readonly healthyEdgeIntervalMs: number;
  /** ALPN of check connections; empty: as the transport socket has it. */
  readonly alpn: readonly string[];
  /** Chooses the transport socket in place of the endpoint's metadata; null: the endpoint's counts. */
  readonly transportMatch: { readonly [key: string]: Plain } | null;
  /** File of events, empty = none. */
  readonly eventLogPath: string;
  readonly eventSinks: readonly ExtensionConfig[];
  readonly logsFailures: boolean;
  readonly logsSuccesses: boolean;
};

/** Reads `health_checks` of a cluster whose hosts speak that. */
export function parseHealthChecks(
  cluster: ConfigNode,
  protocol: UpstreamProtocol,
): readonly HealthCheckConfig[] {
  const nodes = cluster.list('health_checks');
  const checks = nodes.map((node) => parseHealthCheck(node, cluster.string('name'), protocol));
  if (checks.length < 2) return checks;
  const names = new Set<string>();
  checks.forEach(({ name }, i) => {
    if (name === '') {
      nodes[i]?.error(
        `health check at index ${i} is missing a name; all health checks must have a name when multiple health checks are configured`,
      );
    } else if (names.has(name)) {
      nodes[i]?.error(
        `duplicate health check name '${name}' at index ${i}; all health check names must be unique within a cluster`,
        'name',
      );
    }
    names.add(name);
  });
  return checks;
}

function parseHealthCheck(node: ConfigNode, cluster: string, protocol: UpstreamProtocol): HealthCheckConfig {
  const intervalMs = node.duration('interval', 1000);
  const unhealthyIntervalMs = node.duration('unhealthy_interval', intervalMs);
  const noTrafficIntervalMs = node.duration('no_traffic_interval', 60_000);
  const criteria = node.struct('transport_socket_match_criteria');
  node.noEffect('alt_port', 'Envoy has no use for it either');
  node.noEffect('event_service', 'Envoy has no use for it either');
  return {
    name: node.string('name'),
    check: parseKind(node, cluster, protocol),
    timeoutMs: node.duration('timeout', 1000),
    intervalMs,
    initialJitterMs: node.duration('initial_jitter', 0),
    intervalJitterMs: node.duration('interval_jitter', 0),
    intervalJitterPercent: node.number('interval_jitter_percent', 0),
    unhealthyThreshold: node.number('unhealthy_threshold', 1),
    healthyThreshold: node.number('healthy_threshold', 1),
    reuseConnection: node.bool('reuse_connection', true),
    noTrafficIntervalMs,
    noTrafficHealthyIntervalMs: node.duration('no_traffic_healthy_interval', noTrafficIntervalMs),
    unhealthyIntervalMs,
    unhealthyEdgeIntervalMs: node.duration('unhealthy_edge_interval', unhealthyIntervalMs),
    healthyEdgeIntervalMs: node.duration('healthy_edge_interval', intervalMs),
    alpn: node.message('tls_options')?.strings('alpn_protocols') ?? [],
    transportMatch: isPlainObject(criteria) ? criteria : null,
    eventLogPath: node.string('event_log_path'),
    eventSinks: node.extensions('health.event.sink', 'event_logger'),
    logsFailures: node.bool('always_log_health_check_failures'),
    logsSuccesses: node.bool('always_log_health_check_success'),
  };
}

function parseKind(node: ConfigNode, cluster: string, protocol: UpstreamProtocol): CheckKind {
  const http = node.message('http_health_check');
  if (http !== undefined) return { kind: 'http', http: parseHttpCheck(http) };
  const grpc = node.message('grpc_health_check');
  if (grpc !== undefined) {
    if (protocol === 'http1') {
      node.error(`${cluster} cluster must support HTTP/2 for gRPC healthchecking`, 'grpc_health_check');
    }
    return { kind: 'grpc', grpc: parseGrpcCheck(grpc) };
  }
  const extension = node.extension('health.checker', 'custom_health_check');
  if (extension !== undefined) return { kind: 'custom', extension };
  return { kind: 'tcp', tcp: parseTcpCheck(node.message('tcp_health_check')) };
}

function parseGrpcCheck(node: ConfigNode): GrpcCheckConfig {
  return {
    service: node.string('service_name'),
    authority: node.string('authority'),
    headers: { remove: [], add: parseHeaderAdditions(node, 'initial_metadata') },
  };
}

function parseTcpCheck(node: ConfigNode | undefined): TcpCheckConfig {
  const send = node?.message('send');
  return {
    send: send === undefined ? '' : parsePayload(send),
    receive: node?.list('receive').map(parsePayload) ?? [],
    proxyHeader: parseProxyHeader(node?.message('proxy_protocol_config')),
  };
}

function parseProxyHeader(node: ConfigNode | undefined): TcpCheckConfig['proxyHeader'] {
  if (node === undefined) return 0;
  node.noEffect('pass_through_tlvs', 'a check has no client whose TLVs it could pass on');
  node.noEffect('added_tlvs', 'Envoy adds none to checks');
  return node.enum('version', 'V1') === 'V2' ? 2 : 1;
}
