import type { ConfigNode } from '../../../api/config-node.js';
import { parseStatsdAddress } from '../../../stats/statsd-address.js';

/** `envoy.extensions.stat_sinks.graphite_statsd.v3.GraphiteStatsdSink`. */
export type GraphiteStatsdConfig = {
  readonly address: string;
  readonly port: number;
  readonly prefix: string;
  /** 0 when the configuration does not say. */
  readonly maxBytes: number;
};

export function parseGraphiteStatsd(node: ConfigNode): GraphiteStatsdConfig {
  return {
    ...parseStatsdAddress(node.message('address')),
    prefix: node.string('prefix') || 'envoy',
    maxBytes: node.number('max_bytes_per_datagram', 0),
  };
}
