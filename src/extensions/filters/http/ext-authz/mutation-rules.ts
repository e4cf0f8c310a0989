import type { ConfigNode } from '../../../../api/config-node.js';
import { compileRegex } from '../../../../match/regex.js';
import { parseRegex } from '../../../../match/string-matcher.js';

/** `envoy.config.common.mutation_rules.v3.HeaderMutationRules`: which headers may be changed. */
export type MutationRulesConfig = {
  readonly allowsRouting: boolean;
  readonly allowsEnvoy: boolean;
  readonly disallowsSystem: boolean;
  readonly disallowsAll: boolean;
  readonly allowed: string | null;
  readonly disallowed: string | null;
  /** What is not allowed fails the request, instead of being left out. */
  readonly isStrict: boolean;
};

export function parseMutationRules(node: ConfigNode): MutationRulesConfig {
  return {
    allowsRouting: node.bool('allow_all_routing'),
    allowsEnvoy: node.bool('allow_envoy'),
    disallowsSystem: node.bool('disallow_system'),
    disallowsAll: node.bool('disallow_all'),
    allowed: node.has('allow_expression') ? parseRegex(node, 'allow_expression') : null,
    disallowed: node.has('disallow_expression') ? parseRegex(node, 'disallow_expression') : null,
    isStrict: node.bool('disallow_is_error'),
  };
}

const routing = new Set([':authority', ':scheme', ':method', 'host']);

/** Tells whether a header of that name may be changed; the expressions go before the rest. */
export function buildMutationRules(config: MutationRulesConfig): (name: string) => boolean {
  const isAllowed = config.allowed === null ? null : compileRegex(config.allowed);
  const isDisallowed = config.disallowed === null ? null : compileRegex(config.disallowed);
  return (name) => {
    if (isDisallowed?.fullMatch(name) === true) return false;
    if (isAllowed?.fullMatch(name) === true) return true;
    if (config.disallowsAll) return false;
    if (config.disallowsSystem && name.startsWith(':')) return false;
    if (!config.allowsRouting && routing.has(name)) return false;
    return config.allowsEnvoy || !name.startsWith('x-envoy');
  };
}
