import type { ConfigNode } from '../../../api/config-node.js';
import { parseStatsdAddress } from '../../../stats/statsd-address.js';

/** `envoy.config.metrics.v3.StatsdSink`. */
export type StatsdConfig = {
  readonly address: string;
  readonly port: number;
  readonly prefix: string;
};

export function parseStatsd(node: ConfigNode): StatsdConfig {
  node.unsupported('tcp_cluster_name', 'only UDP is supported');
  return {
    ...parseStatsdAddress(node.message('address')),
    prefix: node.string('prefix') || 'envoy',
  };
}
