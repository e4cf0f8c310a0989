import type { ConfigNode } from '../../../../api/config-node.js';
import { inputsOf, parseRbacEngine, type RbacEngineConfig } from '../../../../match/rbac/rbac-matcher.js';

/** `envoy.extensions.filters.http.rbac.v3.RBAC`. */
export type RbacConfig = {
  /** Null: nothing is enforced. */
  readonly rules: RbacEngineConfig;
  readonly rulesStatPrefix: string;
  readonly shadowRules: RbacEngineConfig;
  readonly shadowStatPrefix: string;
  readonly tracksPolicies: boolean;
};

const inputProblem = inputsOf('RBAC HTTP filter cannot match on', [
  'envoy.type.matcher.v3.HttpRequestHeaderMatchInput',
  'envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput',
  'xds.type.matcher.v3.HttpAttributesCelMatchInput',
]);

export function parseRbac(node: ConfigNode): RbacConfig {
  return {
    rules: parseRbacEngine(node, ['rules', 'matcher'], inputProblem),
    rulesStatPrefix: node.string('rules_stat_prefix'),
    shadowRules: parseRbacEngine(node, ['shadow_rules', 'shadow_matcher'], inputProblem),
    shadowStatPrefix: node.string('shadow_rules_stat_prefix'),
    tracksPolicies: node.bool('track_per_rule_stats'),
  };
}

/** `RBACPerRoute`: without `rbac` the filter is off. */
export function parseRbacPerRoute(node: ConfigNode): RbacConfig | null {
  const rbac = node.message('rbac');
  return rbac === undefined ? null : parseRbac(rbac);
}
