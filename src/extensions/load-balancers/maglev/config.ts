import type { ConfigNode } from '../../../api/config-node.js';
import {
  type MaglevConfig,
  parseConsistentHash,
  parseMaglevTable,
} from '../../../upstream/balancing/policy-config.js';

/** Reads `envoy.extensions.load_balancing_policies.maglev.v3.Maglev`. */
export function parseMaglev(node: ConfigNode): MaglevConfig {
  return {
    ...parseMaglevTable(node),
    ...parseConsistentHash(node.message('consistent_hashing_lb_config')),
    isLocalityWeighted: node.message('locality_weighted_lb_config') !== undefined,
  };
}
