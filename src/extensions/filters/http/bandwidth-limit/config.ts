import type { ConfigNode } from '../../../../api/config-node.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';

/** `envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit`, of the filter or of a route. */
export type BandwidthLimitConfig = {
  readonly statPrefix: string;
  readonly limitsRequest: boolean;
  readonly limitsResponse: boolean;
  readonly kibPerSecond: number;
  readonly intervalMs: number;
  readonly enabled: FeatureFlag;
  readonly addsTrailers: boolean;
  /** Before the names of trailers; empty, or it ends with `-`. */
  readonly trailerPrefix: string;
};

export function parseBandwidthLimit(node: ConfigNode): BandwidthLimitConfig {
  const mode = node.enum('enable_mode');
  const kibPerSecond = node.number('limit_kbps', 0);
  const prefix = node.string('response_trailer_prefix').toLowerCase();
  return {
    statPrefix: node.string('stat_prefix'),
    limitsRequest: mode.startsWith('REQUEST'),
    limitsResponse: mode.endsWith('RESPONSE'),
    kibPerSecond,
    intervalMs: node.duration('fill_interval', 50),
    enabled: parseFeatureFlag(node, 'runtime_enabled', true),
    addsTrailers: node.bool('enable_response_trailers'),
    trailerPrefix: prefix === '' ? '' : `${prefix}-`,
  };
}

export function parseBandwidthLimitRoute(node: ConfigNode): BandwidthLimitConfig {
  if (!node.has('limit_kbps')) node.error('limit must be set for per route filter config', 'limit_kbps');
  return parseBandwidthLimit(node);
}
