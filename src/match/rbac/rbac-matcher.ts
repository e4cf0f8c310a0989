import type { ConfigNode } from '../../api/config-node.js';
import type { RuntimeView } from '../../api/runtime.js';
import { type MatcherConfig, parseMatcher } from '../tree/config.js';
import { buildMatcher, settled } from '../tree/matcher.js';
import {
  buildRbacRules,
  parseRbacRules,
  type RbacAction,
  type RbacEngine,
  type RbacRulesConfig,
  type RbacVerdict,
  toAction,
} from './rbac-rules.js';

type NamedAction = { readonly name: string; readonly action: RbacAction };

/** A matcher tree that decides for `config.rbac.v3.Action`. */
export type RbacMatcherConfig = {
  readonly matcher: MatcherConfig<NamedAction>;
  /** Some action says what is to be logged; then every request is told. */
  readonly logs: boolean;
};

/** What decides; null where nothing is to be decided. */
export type RbacEngineConfig = RbacRulesConfig | RbacMatcherConfig | null;

/** Reads a field of rules and one of a matcher, beside which rules are ignored. */
export function parseRbacEngine(
  node: ConfigNode,
  [rulesField, matcherField]: readonly [rules: string, matcher: string],
  inputProblem: (typeName: string) => string | undefined,
): RbacEngineConfig {
  const rules = node.message(rulesField);
  const matcher = node.message(matcherField);
  const policies = rules === undefined ? null : parseRbacRules(rules);
  return matcher === undefined ? policies : parseRbacMatcher(matcher, inputProblem);
}

export function buildRbacEngine(config: NonNullable<RbacEngineConfig>, runtime: RuntimeView): RbacEngine {
  return 'matcher' in config ? buildRbacMatcher(config, runtime) : buildRbacRules(config);
}

/** What the filters for connections and for requests may both look at. */
const commonInputs: readonly string[] = [
  ...['DestinationIP', 'DestinationPort', 'SourceIP', 'SourcePort', 'DirectSourceIP', 'ServerName'].map(
    (name) => `network.v3.${name}Input`,
  ),
  ...['network.v3.NetworkNamespaceInput', 'network.v3.FilterStateInput'],
  ...['ssl.v3.UriSanInput', 'ssl.v3.DnsSanInput', 'ssl.v3.SubjectInput'],
].map((name) => `envoy.extensions.matching.common_inputs.${name}`);

/** Refuses the inputs that are not listed, in the filter's own words. */
export function inputsOf(
  what: string,
  more: readonly string[] = [],
): (typeName: string) => string | undefined {
  const allowed = new Set([...commonInputs, ...more]);
  return (typeName) =>
    allowed.has(typeName)
      ? undefined
      : `requirement violation while creating RBAC match tree: INVALID_ARGUMENT: ${what} 'type.googleapis.com/${typeName}'`;
}

function parseRbacMatcher(
  node: ConfigNode,
  inputProblem: (typeName: string) => string | undefined,
): RbacMatcherConfig {
  let logs = false;
  const action = (leaf: ConfigNode): NamedAction | undefined => {
    if (leaf.typeName !== 'envoy.config.rbac.v3.Action') return undefined;
    const kind = toAction(leaf.enum('action'));
    logs ||= kind === 'LOG';
    return { name: leaf.string('name'), action: kind };
  };
  const tree = parseMatcher(node, { action, inputProblem });
  return { matcher: tree, logs };
}

/** What no action is found for is refused. */
function buildRbacMatcher({ matcher, logs }: RbacMatcherConfig, runtime: RuntimeView): RbacEngine {
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
