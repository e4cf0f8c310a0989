import type { AccessLogConfig } from '../../../../api/access-log.js';
import type { ConfigNode } from '../../../../api/config-node.js';
import type { Plain } from '../../../../base/plain.js';
import { parseMetadata } from '../../../../match/metadata.js';
import { mergeMetadata } from '../../../../route/metadata.js';
import { parseAccessLogs } from '../../../../stream/access-log/access-log.js';
import { parseTlvFormat, type TlvFormatConfig, type TlvMerge } from './client-tlvs.js';
import { parseTunnel, type TunnelConfig } from './tunnel-config.js';

/** A cluster that connections may go to. */
export type TargetConfig = {
  readonly name: string;
  readonly weight: number;
  /** What its hosts' metadata must have, by filter name. */
  readonly metadataMatch: Plain;
};

/** What consistent hashing goes by. */
export type TcpHashConfig =
  | { readonly kind: 'source-ip' }
  | { readonly kind: 'filter-state'; readonly key: string };

export type BackoffConfig = {
  readonly baseMs: number;
  readonly maxMs: number;
};

/** `envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy`. */
export type TcpProxyConfig = {
  readonly statPrefix: string;
  /** One entry, or the candidates of a weighted draw. */
  readonly clusters: readonly TargetConfig[];
  /** The same where filter state names the cluster. */
  readonly metadataMatch: Plain;
  readonly hash: TcpHashConfig | null;
  /** 0 = off. */
  readonly idleTimeoutMs: number;
  readonly maxConnectAttempts: number;
  /** Null = the next attempt starts at once. */
  readonly backoff: BackoffConfig | null;
  /** 0 = none. */
  readonly maxDurationMs: number;
  /** Percent of the duration that is drawn on top of it. */
  readonly durationJitter: number;
  readonly accessLogs: readonly AccessLogConfig[];
  /** 0 = only at the end. */
  readonly logIntervalMs: number;
  readonly logsStart: boolean;
  readonly logsConnected: boolean;
  /** False: the upstream is dialled when the first byte has arrived. */
  readonly dialsAtOnce: boolean;
  /** Null: the host is connected to straight. */
  readonly tunnel: TunnelConfig | null;
  /** What hosts are told of each connection besides its ends. */
  readonly tlvs: readonly TlvFormatConfig[];
  readonly tlvMerge: TlvMerge;
  readonly maxEarlyBytes: number;
  /** Bytes that come before the upstream are counted. */
  readonly acceptsEarly: boolean;
  /** A listener that drains takes its connections along, each as it carries something. */
  readonly closesInDrain: boolean;
};

const hourMs = 3_600_000;

export function parseTcpProxy(node: ConfigNode): TcpProxyConfig {
  const options = node.message('access_log_options');
  const tunnel = node.message('tunneling_config');
  const mode = node.enum('upstream_connect_mode', 'IMMEDIATE');
  const maxEarlyBytes = node.number('max_early_data_bytes', 0);
  if (mode !== 'IMMEDIATE' && !node.has('max_early_data_bytes')) {
    node.error(
      'max_early_data_bytes must be set when upstream_connect_mode is not IMMEDIATE',
      'upstream_connect_mode',
    );
  }
  return {
    statPrefix: node.string('stat_prefix'),
    clusters: parseClusters(node),
    metadataMatch: parseMetadata(node, 'metadata_match'),
    hash: parseHash(node),
    idleTimeoutMs: node.duration('idle_timeout', hourMs),
    maxConnectAttempts: node.number('max_connect_attempts', 1),
    backoff: parseBackoff(node.message('backoff_options')),
    maxDurationMs: node.duration('max_downstream_connection_duration', 0),
    durationJitter:
      node.message('max_downstream_connection_duration_jitter_percentage')?.number('value', 0) ?? 0,
    accessLogs: parseAccessLogs(node, 'access_log'),
    logIntervalMs:
      options?.duration('access_log_flush_interval', 0) ?? node.duration('access_log_flush_interval', 0),
    logsStart: options?.bool('flush_access_log_on_start') ?? false,
    logsConnected:
      options?.bool('flush_access_log_on_connected') ?? node.bool('flush_access_log_on_connected'),
    // Filters are told of a connection behind its handshake.
    dialsAtOnce: mode !== 'ON_DOWNSTREAM_DATA',
    maxEarlyBytes,
    acceptsEarly: node.has('max_early_data_bytes'),
    closesInDrain: node.bool('check_drain_close'),
    tunnel: tunnel === undefined ? null : parseTunnel(tunnel),
    tlvs: node.list('proxy_protocol_tlvs').map(parseTlvFormat),
    tlvMerge: node.enum('proxy_protocol_tlv_merge_policy', 'ADD_IF_ABSENT') as TlvMerge,
  };
}

function parseClusters(node: ConfigNode): readonly TargetConfig[] {
  const metadataMatch = parseMetadata(node, 'metadata_match');
  const weighted = node.message('weighted_clusters');
  if (weighted === undefined) return [{ name: node.string('cluster'), weight: 1, metadataMatch }];
  return weighted.list('clusters').map((entry) => ({
    name: entry.string('name'),
    weight: entry.number('weight', 1),
    metadataMatch: mergeMetadata(metadataMatch, parseMetadata(entry, 'metadata_match')),
  }));
}

function parseHash(node: ConfigNode): TcpHashConfig | null {
  const [policy] = node.list('hash_policy');
  if (policy === undefined) return null;
  const state = policy.message('filter_state');
  if (state !== undefined) return { kind: 'filter-state', key: state.string('key') };
  policy.message('source_ip');
  return { kind: 'source-ip' };
}

function parseBackoff(node: ConfigNode | undefined): BackoffConfig | null {
  if (node === undefined) return null;
  const baseMs = node.duration('base_interval', 25);
  const maxMs = node.duration('max_interval', baseMs * 10);
  if (maxMs < baseMs)
    node.error('max_interval must be greater than or equal to base_interval', 'max_interval');
  return { baseMs, maxMs };
}
