import type { ConfigNode, FractionConfig } from '../../../../api/config-node.js';
import type { Plain } from '../../../../base/plain.js';
import { isPlainObject } from '../../../../base/plain-path.js';
import { type HeaderMatcherConfig, parseHeaderMatchers } from '../../../../match/header-matcher.js';

/** A fault of which each request decides for itself by a header, or one that is the same for all. */
type Amount = number | 'by-header';

/** `envoy.extensions.filters.http.fault.v3.HTTPFault`, of the filter or of a route. */
export type FaultConfig = {
  readonly delay: { readonly ms: Amount; readonly fraction: FractionConfig } | null;
  readonly abort: AbortConfig | null;
  /** In KiB per second. */
  readonly rate: { readonly limit: Amount; readonly fraction: FractionConfig } | null;
  readonly upstreamCluster: string;
  readonly downstreamNodes: readonly string[];
  readonly headers: readonly HeaderMatcherConfig[];
  readonly maxActive: number | null;
  readonly keys: RuntimeKeys;
  readonly countsDownstreamClusters: boolean;
  /** Left with every delay and abort, also when it is empty. */
  readonly metadata: { readonly [key: string]: Plain };
};

export type AbortConfig = {
  readonly kind: 'http' | 'grpc' | 'by-header';
  readonly status: number;
  readonly body: string;
  readonly fraction: FractionConfig;
};

/** Names of the runtime values that override what is configured. */
export type RuntimeKeys = {
  readonly delayMs: string;
  readonly abortHttpStatus: string;
  readonly abortGrpcStatus: string;
  readonly maxActive: string;
};

const never: FractionConfig = { numerator: 0, denominator: 100, runtimeKey: '' };

export function parseFault(node: ConfigNode): FaultConfig {
  return {
    delay: parseDelay(node),
    abort: parseAbort(node),
    rate: parseRate(node),
    upstreamCluster: node.string('upstream_cluster'),
    downstreamNodes: node.strings('downstream_nodes'),
    headers: parseHeaderMatchers(node, 'headers'),
    maxActive: node.optionalNumber('max_active_faults') ?? null,
    keys: {
      delayMs: keyOf(node, 'delay_duration_runtime', 'delay.fixed_duration_ms'),
      abortHttpStatus: keyOf(node, 'abort_http_status_runtime', 'abort.http_status'),
      abortGrpcStatus: keyOf(node, 'abort_grpc_status_runtime', 'abort.grpc_status'),
      maxActive: keyOf(node, 'max_active_faults_runtime', 'max_active_faults'),
    },
    countsDownstreamClusters: !node.bool('disable_downstream_cluster_stats'),
    metadata: parseMetadata(node),
  };
}

function parseMetadata(node: ConfigNode): FaultConfig['metadata'] {
  const metadata = node.struct('filter_metadata');
  return metadata !== undefined && isPlainObject(metadata) ? metadata : {};
}

function keyOf(node: ConfigNode, field: string, usual: string): string {
  return node.string(field) || `fault.http.${usual}`;
}

function fractionOf(node: ConfigNode, runtimeKey: string): FractionConfig {
  return { ...node.fraction('percentage', never), runtimeKey };
}

function parseDelay(node: ConfigNode): FaultConfig['delay'] {
  const runtimeKey = keyOf(node, 'delay_percent_runtime', 'delay.fixed_delay_percent');
  const delay = node.message('delay');
  if (delay === undefined) return null;
  delay.message('header_delay');
  const ms = delay.has('fixed_delay') ? Math.floor(delay.duration('fixed_delay', 0)) : 'by-header';
  return { ms, fraction: fractionOf(delay, runtimeKey) };
}

function parseAbort(node: ConfigNode): AbortConfig | null {
  const runtimeKey = keyOf(node, 'abort_percent_runtime', 'abort.abort_percent');
  const abort = node.message('abort');
  if (abort === undefined) return null;
  abort.message('header_abort');
  const fraction = fractionOf(abort, runtimeKey);
  const body = abort.string('response_body') || 'fault filter abort';
  if (abort.has('http_status')) return { kind: 'http', status: abort.number('http_status'), body, fraction };
  if (abort.has('grpc_status')) return { kind: 'grpc', status: abort.number('grpc_status'), body, fraction };
  return { kind: 'by-header', status: 0, body, fraction };
}

function parseRate(node: ConfigNode): FaultConfig['rate'] {
  const runtimeKey = keyOf(node, 'response_rate_limit_percent_runtime', 'rate_limit.response_percent');
  const rate = node.message('response_rate_limit');
  if (rate === undefined) return null;
  rate.message('header_limit');
  const fixed = rate.message('fixed_limit');
  const limit = fixed === undefined ? 'by-header' : fixed.number('limit_kbps');
  return { limit, fraction: fractionOf(rate, runtimeKey) };
}
