import type { ConfigNode } from '../../../../api/config-node.js';
import { inputsOf, parseRbacEngine, type RbacEngineConfig } from '../../../../match/rbac/rbac-matcher.js';

/** `envoy.extensions.filters.network.rbac.v3.RBAC`. */
export type NetworkRbacConfig = {
  readonly statPrefix: string;
  /** Null: nothing is enforced. */
  readonly rules: RbacEngineConfig;
  readonly shadowRules: RbacEngineConfig;
  readonly shadowStatPrefix: string;
  /** Every read is judged, not the first alone. */
  readonly isContinuous: boolean;
  /** How long a refused connection is kept before it is closed. */
  readonly delayDenyMs: number;
};

/** What looks at HTTP has no place in front of bytes. */
const inputProblem = inputsOf('RBAC network filter cannot match');

export function parseNetworkRbac(node: ConfigNode): NetworkRbacConfig {
  return {
    statPrefix: node.string('stat_prefix'),
    rules: parseRbacEngine(node, ['rules', 'matcher'], inputProblem),
    shadowRules: parseRbacEngine(node, ['shadow_rules', 'shadow_matcher'], inputProblem),
    shadowStatPrefix: node.string('shadow_rules_stat_prefix'),
    isContinuous: node.enum('enforcement_type', 'ONE_TIME_ON_FIRST_BYTE') === 'CONTINUOUS',
    delayDenyMs: node.duration('delay_deny', 0),
  };
}
