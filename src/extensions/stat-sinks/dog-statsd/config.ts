import type { ConfigNode } from '../../../api/config-node.js';
import { parseStatsdAddress } from '../../../stats/statsd-address.js';

/** `envoy.config.metrics.v3.DogStatsdSink`. */
export type DogStatsdConfig = {
  readonly address: string;
  readonly port: number;
  readonly prefix: string;
  /** 0 when the configuration does not say. */
  readonly maxBytes: number;
};

export function parseDogStatsd(node: ConfigNode): DogStatsdConfig {
  return {
    ...parseStatsdAddress(node.message('address')),
    prefix: node.string('prefix') || 'envoy',
    maxBytes: node.number('max_bytes_per_datagram', 0),
  };
}
