import type { ConfigNode, ExtensionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject } from '../../base/plain-path.js';

export type SubsetFallback = 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET';

/** Keys by whose values hosts are grouped. */
export type SelectorConfig = {
  /** Sorted. */
  readonly keys: readonly string[];
  readonly fallback: SubsetFallback | 'KEYS_SUBSET' | 'NOT_DEFINED';
  readonly fallbackKeys: readonly string[];
  readonly isSingleHost: boolean;
};

export type SubsetConfig = {
  readonly fallback: SubsetFallback;
  /** Values that hosts of the default subset have. */
  readonly defaultSubset: { readonly [key: string]: Plain };
  readonly selectors: readonly SelectorConfig[];
  readonly allowsRedundantKeys: boolean;
  readonly panicsToAny: boolean;
  /** Each element of a list counts as a value. */
  readonly listAsAny: boolean;
  /** What a locality weighs inside a subset: nothing, as outside, or by how many of its hosts the subset has. */
  readonly localityWeights: 'none' | 'whole' | 'scaled';
  readonly hasFallbackList: boolean;
  /** Balances inside each subset. */
  readonly child: ExtensionConfig;
};

/** Reads what `Subset` and a cluster's `LbSubsetConfig` have in common. */
export function parseSubset(node: ConfigNode, child: ExtensionConfig): SubsetConfig {
  const defaultSubset = node.struct('default_subset');
  return {
    fallback: node.enum('fallback_policy', 'NO_FALLBACK') as SubsetFallback,
    defaultSubset: isPlainObject(defaultSubset) ? defaultSubset : {},
    selectors: node.list('subset_selectors').map(parseSelector),
    allowsRedundantKeys: node.typeName.startsWith('envoy.extensions.') && node.bool('allow_redundant_keys'),
    panicsToAny: node.bool('panic_mode_any'),
    listAsAny: node.bool('list_as_any'),
    localityWeights: parseLocalityWeights(node),
    hasFallbackList: node.enum('metadata_fallback_policy') === 'FALLBACK_LIST',
    child,
  };
}

function parseLocalityWeights(node: ConfigNode): SubsetConfig['localityWeights'] {
  const isScaled = node.bool('scale_locality_weight');
  if (!node.bool('locality_weight_aware')) return 'none';
  return isScaled ? 'scaled' : 'whole';
}

function parseSelector(node: ConfigNode): SelectorConfig {
  const keys = [...new Set(node.strings('keys'))].sort();
  const fallbackKeys = [...new Set(node.strings('fallback_keys_subset'))].sort();
  const fallback = node.enum('fallback_policy', 'NOT_DEFINED') as SelectorConfig['fallback'];
  const isSingleHost = node.bool('single_host_per_subset');
  if (isSingleHost && keys.length !== 1) {
    node.warn('single_host_per_subset is meant for one key; hosts are told apart by all of these', 'keys');
  }
  if (fallback === 'KEYS_SUBSET') {
    if (fallbackKeys.length === 0) node.error('fallback_keys_subset cannot be empty', 'fallback_keys_subset');
    else if (fallbackKeys.some((key) => !keys.includes(key)))
      node.error('fallback_keys_subset must be a subset of selector keys', 'fallback_keys_subset');
    else if (fallbackKeys.length === keys.length)
      node.error('fallback_keys_subset cannot be equal to keys', 'fallback_keys_subset');
  } else if (fallbackKeys.length > 0) {
    const text = 'fallback_keys_subset can be set only for KEYS_SUBSET fallback_policy';
    node.error(text, 'fallback_keys_subset');
  }
  return { keys, fallback, fallbackKeys, isSingleHost };
}
