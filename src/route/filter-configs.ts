import type { ConfigNode } from '../api/config-node.js';
import type { FilterConfigs } from './config-types.js';

/** Reads `typed_per_filter_config` of any level. */
export function parseFilterConfigs(node: ConfigNode): FilterConfigs {
  return Object.fromEntries(node.routeConfigs('typed_per_filter_config'));
}
