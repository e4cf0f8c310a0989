import type { ConfigNode } from '../../../../api/config-node.js';
import { parseRbacRules, type RbacRulesConfig } from '../../../../match/rbac/rbac-rules.js';

/** `envoy.extensions.filters.network.rbac.v3.RBAC`. */
export type NetworkRbacConfig = {
  readonly statPrefix: string;
  /** Null: nothing is enforced. */
  readonly rules: RbacRulesConfig | null;
  readonly shadowRules: RbacRulesConfig | null;
  readonly shadowStatPrefix: string;
  /** Every read is judged, not the first alone. */
  readonly isContinuous: boolean;
  /** How long a refused connection is kept before it is closed. */
  readonly delayDenyMs: number;
};

export function parseNetworkRbac(node: ConfigNode): NetworkRbacConfig {
  for (const field of ['matcher', 'shadow_matcher'])
    node.unsupported(field, 'matcher trees are not built here');
  return {
    statPrefix: node.string('stat_prefix'),
    rules: rulesOf(node, 'rules'),
    shadowRules: rulesOf(node, 'shadow_rules'),
    shadowStatPrefix: node.string('shadow_rules_stat_prefix'),
    isContinuous: node.enum('enforcement_type', 'ONE_TIME_ON_FIRST_BYTE') === 'CONTINUOUS',
    delayDenyMs: node.duration('delay_deny', 0),
  };
}

/** Rules that look at HTTP have no place in front of bytes. */
function rulesOf(node: ConfigNode, field: string): RbacRulesConfig | null {
  const rules = node.message(field);
  return rules === undefined ? null : parseRbacRules(rules);
}
