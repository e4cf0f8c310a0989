import type { ConfigNode } from '../../api/config-node.js';
import type { StreamInfo } from '../../api/stream-info.js';
import type { RequestHeaders } from '../../base/header-map.js';
import { anyOf, buildRbacRule, type RbacRule } from './rule.js';
import { parsePermission, parsePrincipal, type RbacRuleConfig } from './rule-config.js';

export type RbacAction = 'ALLOW' | 'DENY' | 'LOG';

/** `config.rbac.v3.RBAC`, read. */
export type RbacRulesConfig = {
  readonly action: RbacAction;
  /** Ordered by name, which is the order they are tried in. */
  readonly policies: readonly RbacPolicyConfig[];
};

export type RbacPolicyConfig = {
  readonly name: string;
  readonly permissions: readonly RbacRuleConfig[];
  readonly principals: readonly RbacRuleConfig[];
};

export function parseRbacRules(node: ConfigNode): RbacRulesConfig {
  node.unsupported('audit_logging_options', 'audit loggers are not built');
  const policies: RbacPolicyConfig[] = [];
  for (const [name, policy] of node.map('policies')) {
    for (const field of ['condition', 'checked_condition', 'cel_config'])
      policy.unsupported(field, 'CEL expressions are not built');
    policies.push({
      name,
      permissions: policy.list('permissions').map(parsePermission),
      principals: policy.list('principals').map(parsePrincipal),
    });
  }
  policies.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { action: toAction(node.enum('action')), policies };
}

export function toAction(text: string): RbacAction {
  return text === 'DENY' || text === 'LOG' ? text : 'ALLOW';
}

/** What an engine found: whether the request may pass, and the policy or action that said so. */
export interface RbacVerdict {
  readonly isAllowed: boolean;
  /** Empty when none matched. */
  readonly policy: string;
  /** Null unless the action is LOG: whether the request is to be logged. */
  readonly shouldLog: boolean | null;
}

/** Decides about requests, and about connections with an empty head. */
export interface RbacEngine {
  evaluate(headers: RequestHeaders, info: StreamInfo): RbacVerdict;
}

/** The first policy by name of which a permission and a principal match decides; verdicts are made beforehand. */
export function buildRbacRules({ action, policies }: RbacRulesConfig): RbacEngine {
  const live: readonly { readonly matches: RbacRule; readonly verdict: RbacVerdict }[] = policies.map(
    ({ name, permissions, principals }) => {
      const permits = anyOf(permissions.map(buildRbacRule));
      const identifies = anyOf(principals.map(buildRbacRule));
      return {
        matches: (headers, info) => permits(headers, info) && identifies(headers, info),
        verdict: verdictOf(action, name, true),
      };
    },
  );
  const unmatched = verdictOf(action, '', false);
  return {
    evaluate: (headers, info) => {
      for (const { matches, verdict } of live) if (matches(headers, info)) return verdict;
      return unmatched;
    },
  };
}

export function verdictOf(action: RbacAction, policy: string, isMatch: boolean): RbacVerdict {
  return {
    isAllowed: action === 'LOG' || (action === 'ALLOW') === isMatch,
    policy,
    shouldLog: action === 'LOG' ? isMatch : null,
  };
}
