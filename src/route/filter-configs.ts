import type { ConfigNode } from '../api/config-node.js';
import type { FilterConfigs } from './config-types.js';
import { parseCorsPolicy } from './cors-policy.js';

/** Under this name stands the policy of the old `cors` field: no filter of a chain is called like that. */
export const corsField = 'cors of route.v3';

/** Reads `typed_per_filter_config` of any level. */
export function parseFilterConfigs(node: ConfigNode): FilterConfigs {
  return Object.fromEntries(node.routeConfigs('typed_per_filter_config'));
}

/** Reads it of a virtual host or route, and the old `cors` field, which `holder` has. */
export function parseFilterConfigsWithCors(node: ConfigNode, holder: ConfigNode | undefined): FilterConfigs {
  const configs = parseFilterConfigs(node);
  const cors = holder?.message('cors');
  if (cors === undefined) return configs;
  return {
    ...configs,
    [corsField]: { disabled: false, config: parseCorsPolicy(cors), typeUrl: cors.typeName },
  };
}
