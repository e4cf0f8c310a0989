import type { ConfigNode } from '../api/config-node.js';
import type { BodyLimitConfig } from './config-types.js';

/** Reads the buffer limits of a route or virtual host; null when it has none. */
export function parseBodyLimit(node: ConfigNode): BodyLimitConfig | null {
  const capped = node.optionalNumber('per_request_buffer_limit_bytes');
  const own = node.optionalNumber('request_body_buffer_limit');
  if (own !== undefined) return { bytes: own, isCapped: false };
  return capped === undefined ? null : { bytes: capped, isCapped: true };
}
