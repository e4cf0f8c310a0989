import type { ConfigNode } from '../../../../api/config-node.js';
import { placeOf } from '../../../../network/token-bucket-config.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';

/** `envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit`. */
export type ConnectionLimitConfig = {
  readonly statPrefix: string;
  readonly maxConnections: number;
  /** How long a refused connection is kept before it is closed. */
  readonly delayMs: number;
  readonly enabled: FeatureFlag;
  /** Workers share the count by this name. */
  readonly place: string;
};

export function parseConnectionLimit(node: ConfigNode): ConnectionLimitConfig {
  if (!node.has('max_connections')) node.error("Field 'max_connections' is missing", 'max_connections');
  return {
    statPrefix: node.string('stat_prefix'),
    maxConnections: node.number('max_connections', 0),
    delayMs: node.duration('delay', 0),
    enabled: parseFeatureFlag(node, 'runtime_enabled', true),
    place: placeOf('connection_limit', node),
  };
}
