import type { ConfigNode } from '../../api/config-node.js';
import type { RuntimeView } from '../../api/runtime.js';
import { type MatcherConfig, parseMatcher } from '../tree/config.js';
import type { MatchData } from '../tree/input.js';
import { buildMatcher, later } from '../tree/matcher.js';
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
  const matcher = parseMatcher(node, (action): NamedAction | undefined => {
    if (action.typeName !== 'envoy.config.rbac.v3.Action') return undefined;
    const kind = toAction(action.enum('action'));
    logs ||= kind === 'LOG';
    return { name: action.string('name'), action: kind };
  });
  return { matcher, logs };
}

/** What no action is found for is refused. */
export function buildRbacMatcher({ matcher, logs }: RbacMatcherConfig, runtime: RuntimeView): RbacEngine {
  const verdictFor = ({ name, action }: NamedAction): RbacVerdict => ({
    isAllowed: action !== 'DENY',
    policy: name,
    shouldLog: logs ? action === 'LOG' : null,
  });
  const unmatched: RbacVerdict = { isAllowed: false, policy: '', shouldLog: null };
  const match = buildMatcher(matcher, verdictFor, runtime);
  return {
    evaluate: (requestHeaders, info) => {
      const data: MatchData = {
        info,
        requestHeaders,
        responseHeaders: null,
        requestTrailers: null,
        responseTrailers: null,
      };
      const verdict = match(data);
      return verdict === null || verdict === later ? unmatched : verdict;
    },
  };
}
