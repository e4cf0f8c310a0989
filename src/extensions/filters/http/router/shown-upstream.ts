import type { StreamInfo } from '../../../../api/stream-info.js';
import type { Host, UpstreamConnectionInfo } from '../../../../api/upstream.js';

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
