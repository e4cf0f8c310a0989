import type { ConfigNode } from '../../../api/config-node.js';
import {
  parseConsistentHash,
  parseRing,
  type RingHashConfig,
} from '../../../upstream/balancing/policy-config.js';

/** Reads `envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash`. */
export function parseRingHash(node: ConfigNode): RingHashConfig {
  const hashing = node.message('consistent_hashing_lb_config');
  const old = {
    usesHostname: node.bool('use_hostname_for_hashing'),
    balanceFactor: node.number('hash_balance_factor', 0),
  };
  return {
    ...parseRing(node),
    ...parseConsistentHash(hashing),
    ...(hashing === undefined ? old : {}),
    isLocalityWeighted: node.message('locality_weighted_lb_config') !== undefined,
  };
}
