import type { ConfigNode, ExtensionConfig, FractionConfig } from '../../../api/config-node.js';

/** What a matcher tree around a filter may decide for. */
export type MatchedActionConfig =
  | { readonly kind: 'skip' }
  | { readonly kind: 'execute'; readonly filter: ExtensionConfig; readonly sample: FractionConfig | null };

const skip = 'envoy.extensions.filters.common.matcher.action.v3.SkipFilter';
const execute = 'envoy.extensions.filters.http.composite.v3.ExecuteFilterAction';

export function parseMatchedAction(node: ConfigNode): MatchedActionConfig | undefined {
  if (node.typeName === skip) return { kind: 'skip' };
  if (node.typeName !== execute) return undefined;
  node.unsupported('dynamic_config', 'filters are not discovered');
  node.unsupported('filter_chain', 'one filter is executed, not a chain');
  node.unsupported('filter_chain_name', 'one filter is executed, not a chain');
  const filter = node.extension('http.filter', 'typed_config');
  const sample = node.has('sample_percent')
    ? node.fraction('sample_percent', { numerator: 0, denominator: 100, runtimeKey: '' })
    : null;
  return filter === undefined ? undefined : { kind: 'execute', filter, sample };
}
