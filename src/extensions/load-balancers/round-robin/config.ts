import type { ConfigNode } from '../../../api/config-node.js';
import {
  parseLocalityRouting,
  parseSlowStart,
  type RoundRobinConfig,
} from '../../../upstream/balancing/policy-config.js';

/** Reads `envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin`. */
export function parseRoundRobin(node: ConfigNode): RoundRobinConfig {
  return {
    locality: parseLocalityRouting(node.message('locality_lb_config')),
    slowStart: parseSlowStart(node.message('slow_start_config')),
  };
}
