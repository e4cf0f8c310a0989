import type { ConfigNode } from '../api/config-node.js';
import type { RuntimeView } from '../api/runtime.js';
import type { StreamInfo } from '../api/stream-info.js';
import { type MatcherConfig, parseMatcher } from '../match/tree/config.js';
import { buildMatcher, settled } from '../match/tree/matcher.js';

/** `filter_chain_matcher`: the name of the chain that a connection gets. */
export type ChainMatcherConfig = MatcherConfig<{ readonly chain: string }>;

const nameType = 'google.protobuf.StringValue';

/** A connection has no head, and no metadata that Envoy would look at before it has a chain. */
function inputProblem(typeName: string): string | undefined {
  const isOfConnection =
    /^envoy\.extensions\.matching\.common_inputs\.(?:network|ssl)\.v3\./.test(typeName) &&
    !typeName.endsWith('.DynamicMetadataInput');
  return isOfConnection
    ? undefined
    : `cannot create a filter chain matcher: Didn't find a registered implementation with type URL: '${typeName}'`;
}

/** Reads the matcher of a listener; its actions are names of chains. */
export function parseChainMatcher(node: ConfigNode): ChainMatcherConfig {
  return parseMatcher(node, {
    action: (leaf) => (leaf.typeName === nameType ? { chain: leaf.string('value') } : undefined),
    allowsKeepMatching: true,
    inputProblem,
  });
}

/** A connection's chain by its name: null for the default chain, undefined where a name has no chain. */
export type ChainMatcher<C> = (info: StreamInfo) => C | null | undefined;

export function buildChainMatcher<C>(
  config: ChainMatcherConfig,
  chains: readonly (C & { readonly name: string })[],
  runtime: RuntimeView,
): ChainMatcher<C> {
  const find = (name: string): C | undefined => chains.find((chain) => chain.name === name);
  const matcher = buildMatcher(config, ({ chain }) => ({ found: find(chain) }), runtime);
  return (info) => {
    const match = settled(matcher.find({ info }));
    return match === null ? null : match.found;
  };
}
