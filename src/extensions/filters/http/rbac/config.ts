import type { ConfigNode } from '../../../../api/config-node.js';
import { parseRbacMatcher, type RbacMatcherConfig } from '../../../../match/rbac/rbac-matcher.js';
import { parseRbacRules, type RbacRulesConfig } from '../../../../match/rbac/rbac-rules.js';

type RulesConfig = RbacRulesConfig | RbacMatcherConfig;

/** `envoy.extensions.filters.http.rbac.v3.RBAC`. */
export type RbacConfig = {
  /** Null: nothing is enforced. */
  readonly rules: RulesConfig | null;
  readonly rulesStatPrefix: string;
  readonly shadowRules: RulesConfig | null;
  readonly shadowStatPrefix: string;
  readonly tracksPolicies: boolean;
};

export function parseRbac(node: ConfigNode): RbacConfig {
  return {
    rules: rulesOf(node, 'rules', 'matcher'),
    rulesStatPrefix: node.string('rules_stat_prefix'),
    shadowRules: rulesOf(node, 'shadow_rules', 'shadow_matcher'),
    shadowStatPrefix: node.string('shadow_rules_stat_prefix'),
    tracksPolicies: node.bool('track_per_rule_stats'),
  };
}

/** `RBACPerRoute`: without `rbac` the filter is off. */
export function parseRbacPerRoute(node: ConfigNode): RbacConfig | null {
  const rbac = node.message('rbac');
  return rbac === undefined ? null : parseRbac(rbac);
}

/** Rules beside a matcher are ignored. */
function rulesOf(node: ConfigNode, field: string, matcherField: string): RulesConfig | null {
  const rules = node.message(field);
  const matcher = node.message(matcherField);
  const policies = rules === undefined ? null : parseRbacRules(rules);
  return matcher === undefined ? policies : parseRbacMatcher(matcher);
}
