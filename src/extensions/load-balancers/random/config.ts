import type { ConfigNode } from '../../../api/config-node.js';
import { parseLocalityRouting, type RandomConfig } from '../../../upstream/balancing/policy-config.js';

/** Reads `envoy.extensions.load_balancing_policies.random.v3.Random`. */
export function parseRandom(node: ConfigNode): RandomConfig {
  return { locality: parseLocalityRouting(node.message('locality_lb_config')) };
}
