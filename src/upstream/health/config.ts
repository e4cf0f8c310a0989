import type { ConfigNode } from '../../api/config-node.js';

/** `envoy.config.core.v3.HealthCheck` with the kinds that are built: HTTP and TCP. */
export type HealthCheckConfig = {
  readonly kind: 'http' | 'tcp';
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
  readonly http: HttpCheckConfig | null;
  readonly tcp: TcpCheckConfig | null;
};

export type HttpCheckConfig = {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  /** Half-open ranges of statuses that pass. */
  readonly expected: readonly (readonly [start: number, end: number])[];
  readonly retriable: readonly (readonly [start: number, end: number])[];
  readonly headersToAdd: readonly (readonly [name: string, value: string])[];
  readonly headersToRemove: readonly string[];
};

/** Bytes as lower-case hex. */
export type TcpCheckConfig = {
  readonly send: string;
  readonly receive: readonly string[];
};

export function parseHealthCheck(node: ConfigNode): HealthCheckConfig {
  const intervalMs = node.duration('interval', 1000);
  const unhealthyIntervalMs = node.duration('unhealthy_interval', intervalMs);
  const noTrafficIntervalMs = node.duration('no_traffic_interval', 60_000);
  const http = node.message('http_health_check');
  const tcp = node.message('tcp_health_check');
  if (http === undefined && tcp === undefined) {
    node.unsupported('grpc_health_check', 'HTTP and TCP checks are');
    node.unsupported('custom_health_check', 'HTTP and TCP checks are');
  }
  return {
    kind: http === undefined ? 'tcp' : 'http',
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
    http: http === undefined ? null : parseHttpCheck(http),
    tcp: tcp === undefined ? null : parseTcpCheck(tcp),
  };
}

function parseHttpCheck(node: ConfigNode): HttpCheckConfig {
  const expected = node.list('expected_statuses').map((entry) => range(entry, 'expected'));
  return {
    host: node.string('host'),
    path: node.string('path'),
    method: node.enum('method', 'GET') === 'METHOD_UNSPECIFIED' ? 'GET' : node.enum('method', 'GET'),
    expected: expected.length > 0 ? expected : [[200, 201]],
    retriable: node.list('retriable_statuses').map((entry) => range(entry, 'retriable')),
    headersToAdd: node.list('request_headers_to_add').map((entry) => {
      const header = entry.message('header');
      return [(header?.string('key') ?? '').toLowerCase(), header?.string('value') ?? ''] as const;
    }),
    headersToRemove: node.strings('request_headers_to_remove').map((name) => name.toLowerCase()),
  };
}

function range(node: ConfigNode, kind: string): readonly [number, number] {
  const start = node.number('start', 0);
  const end = node.number('end', 0);
  const problem = `Invalid http ${kind} status range: expecting`;
  if (start >= end) node.error(`${problem} start < end, but found start=${start} and end=${end}`);
  else if (start < 100) node.error(`${problem} start >= 100, but found start=${start}`, 'start');
  else if (end > 600) node.error(`${problem} end <= 600, but found end=${end}`, 'end');
  return [start, end];
}

function parseTcpCheck(node: ConfigNode): TcpCheckConfig {
  const send = node.message('send');
  return {
    send: send === undefined ? '' : payload(send),
    receive: node.list('receive').map(payload),
  };
}

function payload(node: ConfigNode): string {
  const text = node.string('text');
  return text !== '' ? text.toLowerCase() : Buffer.from(node.bytes('binary')).toString('hex');
}
