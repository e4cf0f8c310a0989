import type { ConfigNode } from '../../../api/config-node.js';
import type { Plain } from '../../../base/plain.js';

export type RandomConfig = { readonly [field: string]: Plain };

/** Reads `envoy.extensions.load_balancing_policies.random.v3.Random`. */
export function parseRandom(node: ConfigNode): RandomConfig {
  node.unsupported('locality_lb_config', 'localities are not weighted');
  return {};
}
