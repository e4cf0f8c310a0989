import type { ConfigNode } from '../../api/config-node.js';
import type { RuntimeView } from '../../api/runtime.js';
import { type MatcherConfig, parseMatcher } from '../tree/config.js';
import { buildMatcher, settled } from '../tree/matcher.js';
import { type RbacAction, type RbacEngine, type RbacVerdict, toAction } from './rbac-rules.js';

type NamedAction = { readonly name: string; readonly action: RbacAction };

/** A matcher tree that decides for `config.rbac.v3.Action`. */
export type RbacMatcherConfig = {
  readonly matcher: MatcherConfig<NamedAction>;
  /** Some action says what is to be logged; then every request is told. */
  readonly logs: boolean;
};

export function parseRbacMatcher(node: ConfigNode): RbacMatcherConfig {
  let logs = false;
  const action = (leaf: ConfigNode): NamedAction | undefined => {
    if (leaf.typeName !== 'envoy.config.rbac.v3.Action') return undefined;
    const kind = toAction(leaf.enum('action'));
    logs ||= kind === 'LOG';
    return { name: leaf.string('name'), action: kind };
  };
  const tree = parseMatcher(node, { action });
  return { matcher: tree, logs };
}

/** What no action is found for is refused. */
export function buildRbacMatcher({ matcher, logs }: RbacMatcherConfig, runtime: RuntimeView): RbacEngine {
  const verdictFor = ({ name, action }: NamedAction): RbacVerdict => ({
    isAllowed: action !== 'DENY',
    policy: name,
    shouldLog: logs ? action === 'LOG' : null,
  });
  const unmatched: RbacVerdict = { isAllowed: false, policy: '', shouldLog: null };
  const tree = buildMatcher(matcher, verdictFor, runtime);
  return {
    evaluate: (requestHeaders, info) => settled(tree.find({ info, requestHeaders })) ?? unmatched,
  };
}
