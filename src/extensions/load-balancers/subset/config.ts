import type { ConfigNode } from '../../../api/config-node.js';
import { parsePolicies } from '../../../upstream/balancing/parse-balancer.js';
import { parseSubset, type SubsetConfig } from '../../../upstream/balancing/subset-config.js';

const noPolicy = { name: '', typeUrl: '', config: {} };

/** Reads `envoy.extensions.load_balancing_policies.subset.v3.Subset`. */
export function parseSubsets(node: ConfigNode): SubsetConfig {
  const child = parsePolicies(node.message('subset_lb_policy'));
  if (child === undefined) node.error('no known policy to balance inside subsets with', 'subset_lb_policy');
  return parseSubset(node, child ?? noPolicy);
}
