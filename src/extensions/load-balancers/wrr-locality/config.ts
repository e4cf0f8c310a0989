import type { ConfigNode } from '../../../api/config-node.js';
import { parsePolicies } from '../../../upstream/balancing/parse-balancer.js';
import { type ReportedWeightsConfig, reportedWeightsType } from '../../../upstream/load-report/load-rules.js';

/** Reads `WrrLocality`: the first policy that is known has to be the one that weighs hosts by their reports. */
export function parseWrrLocality(node: ConfigNode): ReportedWeightsConfig | null {
  const field = 'endpoint_picking_policy';
  const picking = parsePolicies(node.message(field));
  if (picking?.typeUrl === reportedWeightsType) return picking.config as ReportedWeightsConfig;
  node.error(
    picking === undefined
      ? 'No supported endpoint picking policy.'
      : 'Currently WrrLocalityLoadBalancer only supports ClientSideWeightedRoundRobinLoadBalancer as its endpoint picking policy.',
    field,
  );
  return null;
}
