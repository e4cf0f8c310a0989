import type { ConfigNode } from '../../../../api/config-node.js';
import { type IpRangeConfig, parseIpRange } from '../../../../match/ip-range.js';

/** `envoy.extensions.filters.network.client_ssl_auth.v3.ClientSSLAuth`. */
export type ClientSslAuthConfig = {
  /** Who has the list. */
  readonly cluster: string;
  readonly statPrefix: string;
  readonly refreshMs: number;
  /** From there nobody has to show a certificate. */
  readonly allowed: readonly IpRangeConfig[];
};

export function parseClientSslAuth(node: ConfigNode): ClientSslAuthConfig {
  const cluster = node.string('auth_api_cluster');
  node.needs.cluster(cluster, 'auth_api_cluster');
  return {
    cluster,
    statPrefix: node.string('stat_prefix'),
    refreshMs: node.duration('refresh_delay', 60_000),
    allowed: node.list('ip_white_list').map(parseIpRange),
  };
}
