import type { ConfigNode } from '../../../api/config-node.js';
import {
  type LeastRequestConfig,
  parseActiveRequests,
  parseLocalityRouting,
  parseSlowStart,
} from '../../../upstream/balancing/policy-config.js';

/** Reads `envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest`. */
export function parseLeastRequest(node: ConfigNode): LeastRequestConfig {
  const isOldScan = node.bool('enable_full_scan');
  return {
    ...parseActiveRequests(node),
    locality: parseLocalityRouting(node.message('locality_lb_config')),
    slowStart: parseSlowStart(node.message('slow_start_config')),
    isFullScan: node.enum('selection_method', 'N_CHOICES') === 'FULL_SCAN' || isOldScan,
  };
}
