import type { ConfigNode, ExtensionConfig } from '../../api/config-node.js';
import type { ExtensionRegistry } from '../../api/extension.js';
import type { LoadRules } from '../../api/load-report.js';
import type { LoadBalancerFactory } from '../../api/upstream.js';
import { parseSlowStart, type SlowStartConfig } from '../balancing/policy-config.js';

export const reportedWeightsType =
  'envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin';

export type ReportedWeightsConfig = {
  readonly rules: LoadRules;
  readonly slowStart: SlowStartConfig | null;
};

/** Weights are worked out no more often than this. */
const leastUpdateMs = 100;

/** Reads `ClientSideWeightedRoundRobin`. */
export function parseReportedWeights(node: ConfigNode): ReportedWeightsConfig {
  return { rules: parseRules(node), slowStart: parseSlowStart(node.message('slow_start_config')) };
}

function parseRules(node: ConfigNode): LoadRules {
  if (node.bool('enable_oob_load_report')) {
    node.unsupportedValue('enable_oob_load_report', 'true', 'hosts report in their answers alone');
  }
  node.noEffect('oob_reporting_period', 'hosts report in their answers alone');
  node.noEffect('oob_reporting_config', 'hosts report in their answers alone');
  return {
    metricNames: node.strings('metric_names_for_computing_utilization'),
    errorPenalty: node.number('error_utilization_penalty', 0),
    blackoutMs: node.duration('blackout_period', 10_000),
    expirationMs: node.duration('weight_expiration_period', 180_000),
    updateMs: Math.max(leastUpdateMs, node.duration('weight_update_period', 1000)),
  };
}

/** What the balancer makes of the loads that hosts report; null: nothing. */
export function loadRulesOf(balancer: ExtensionConfig, extensions: ExtensionRegistry): LoadRules | null {
  const factory = extensions.find('load.balancer', balancer.typeUrl) as LoadBalancerFactory | undefined;
  return factory?.loadRules?.(balancer.config, extensions) ?? null;
}
