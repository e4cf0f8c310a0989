import type { ConfigNode } from '../../../api/config-node.js';
import type { Plain } from '../../../base/plain.js';

export type RoundRobinConfig = { readonly [field: string]: Plain };

/** Reads `envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin`. */
export function parseRoundRobin(node: ConfigNode): RoundRobinConfig {
  node.unsupported('slow_start_config', 'new hosts get their full share at once');
  node.unsupported('locality_lb_config', 'localities are not weighted');
  return {};
}
