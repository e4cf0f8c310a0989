import type { ConfigNode } from '../../../../api/config-node.js';
import {
  buildStringMatcher,
  parseStringMatcher,
  type StringMatcherConfig,
  type StringPredicate,
} from '../../../../match/string-matcher.js';

/** Names of headers, any of which. */
export type Patterns = readonly StringMatcherConfig[];

export function parsePatterns(node: ConfigNode | undefined): Patterns {
  return node?.list('patterns').map(parseStringMatcher) ?? [];
}

export function anyOf(patterns: Patterns): StringPredicate {
  const predicates = patterns.map(buildStringMatcher);
  return (text) => predicates.some((matches) => matches(text));
}
