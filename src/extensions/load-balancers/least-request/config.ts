import type { ConfigNode } from '../../../api/config-node.js';

/** Absent fields have Envoy's defaults: two choices, bias 1, no full scan. */
export type LeastRequestConfig = {
  readonly choiceCount?: number;
  readonly bias?: number;
  /** Runtime key that overrides `bias`. */
  readonly biasKey?: string;
  readonly isFullScan?: boolean;
};

/** Reads `envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest`. */
export function parseLeastRequest(node: ConfigNode): LeastRequestConfig {
  node.unsupported('slow_start_config', 'new hosts get their full share at once');
  node.unsupported('locality_lb_config', 'localities are not weighted');
  const bias = node.message('active_request_bias');
  return {
    choiceCount: node.number('choice_count', 2),
    bias: bias?.number('default_value', 1) ?? 1,
    biasKey: bias?.string('runtime_key') ?? '',
    isFullScan: node.enum('selection_method', 'N_CHOICES') === 'FULL_SCAN',
  };
}
