import type { StreamInfo } from '../../../../api/stream-info.js';
import type { Cluster, Host, UpstreamConnectionInfo } from '../../../../api/upstream.js';

const nobody: readonly Host[] = [];

/** Logs tell of one attempt alone, as Envoy's do: of an earlier one nothing is left when the next begins. */
export function forgetUpstream(info: StreamInfo): void {
  info.hostsAttempted = nobody;
  info.upstreamLocalAddress = null;
  info.upstreamTls = null;
  info.upstreamProtocol = '';
  info.upstreamConnectionId = 0;
  info.upstreamConnectionTimes = null;
  const { times } = info;
  times.upstreamFirstTxMs = Number.NaN;
  times.upstreamLastTxMs = Number.NaN;
  times.upstreamFirstRxMs = Number.NaN;
  times.upstreamFirstBodyMs = Number.NaN;
}

/** Where the request goes; null: there is no such cluster. */
export function showCluster(info: StreamInfo, cluster: Cluster | null): void {
  info.upstreamClusterName = cluster?.info.name ?? '';
  info.upstreamClusterStatName = cluster?.info.statName ?? '';
  info.clusterMetadata = cluster?.info.metadata ?? null;
}

/** The attempt on that host has its connection, or is the one whose response goes down. */
export function noteUpstream(info: StreamInfo, host: Host, connection: UpstreamConnectionInfo): void {
  info.upstreamHost = host;
  info.hostsAttempted = [host];
  info.upstreamLocalAddress = connection.localAddress;
  info.upstreamTls = connection.tls;
  info.upstreamProtocol = connection.protocol;
  info.upstreamConnectionId = connection.id;
  info.upstreamConnectionTimes = connection.times;
}
