import type { ConfigNode } from '../../../../api/config-node.js';
import { parseRbacRules, type RbacRulesConfig } from '../../../../match/rbac/rbac-rules.js';

/** `envoy.extensions.filters.http.rbac.v3.RBAC`. */
export type RbacConfig = {
  /** Null: nothing is enforced. */
  readonly rules: RbacRulesConfig | null;
  readonly rulesStatPrefix: string;
  readonly shadowRules: RbacRulesConfig | null;
  readonly shadowStatPrefix: string;
  readonly tracksPolicies: boolean;
};

export function parseRbac(node: ConfigNode): RbacConfig {
  for (const field of ['matcher', 'shadow_matcher'])
    node.unsupported(field, 'matcher trees are not built here');
  return {
    rules: rulesOf(node, 'rules'),
    rulesStatPrefix: node.string('rules_stat_prefix'),
    shadowRules: rulesOf(node, 'shadow_rules'),
    shadowStatPrefix: node.string('shadow_rules_stat_prefix'),
    tracksPolicies: node.bool('track_per_rule_stats'),
  };
}

/** `RBACPerRoute`: without `rbac` the filter is off. */
export function parseRbacPerRoute(node: ConfigNode): RbacConfig | null {
  const rbac = node.message('rbac');
  return rbac === undefined ? null : parseRbac(rbac);
}

function rulesOf(node: ConfigNode, field: string): RbacRulesConfig | null {
  const rules = node.message(field);
  return rules === undefined ? null : parseRbacRules(rules);
}
