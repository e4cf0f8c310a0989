import type { ConfigNode } from '../../../api/config-node.js';
import { parseStatsdAddress } from '../../../stats/statsd-address.js';

/** `envoy.config.metrics.v3.StatsdSink`. */
export type StatsdConfig = {
  readonly address: string;
  readonly port: number;
  readonly prefix: string;
  /** Lines go over TCP to this cluster instead; empty for UDP. */
  readonly tcpCluster: string;
};

export function parseStatsd(node: ConfigNode): StatsdConfig {
  const tcpCluster = node.string('tcp_cluster_name');
  const prefix = node.string('prefix') || 'envoy';
  if (tcpCluster !== '') return { address: '', port: 0, prefix, tcpCluster };
  return { ...parseStatsdAddress(node.message('address')), prefix, tcpCluster };
}
