import type { ConfigNode, FractionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import { type IpRangeConfig, parseIpRange } from '../ip-range.js';
import { parseStringMatcher, type StringMatcherConfig } from '../string-matcher.js';
import { type InputConfig, parseInput } from './input.js';

/** A matcher tree (`xds.type.matcher.v3.Matcher`), read; what it decides for is an action of type `A`. */
export type MatcherConfig<A extends Plain = Plain> =
  | {
      readonly kind: 'list';
      readonly entries: readonly FieldConfig<A>[];
      readonly otherwise: OnMatchConfig<A> | null;
    }
  | {
      readonly kind: 'exact' | 'prefix';
      readonly input: InputConfig;
      readonly map: { readonly [value: string]: OnMatchConfig<A> };
      readonly otherwise: OnMatchConfig<A> | null;
    };

export type FieldConfig<A extends Plain = Plain> = {
  readonly predicate: PredicateConfig;
  readonly onMatch: OnMatchConfig<A>;
};

export type OnMatchConfig<A extends Plain = Plain> =
  | { readonly kind: 'action'; readonly action: A }
  | { readonly kind: 'matcher'; readonly matcher: MatcherConfig<A> };

export type PredicateConfig =
  | { readonly kind: 'text'; readonly input: InputConfig; readonly matcher: StringMatcherConfig }
  | { readonly kind: 'ip'; readonly input: InputConfig; readonly ranges: readonly IpRangeConfig[] }
  | {
      readonly kind: 'fraction';
      readonly input: InputConfig;
      readonly fraction: FractionConfig;
      readonly seed: number;
    }
  | { readonly kind: 'and' | 'or'; readonly predicates: readonly PredicateConfig[] }
  | { readonly kind: 'not'; readonly predicate: PredicateConfig };

/** Reads the action of a match out of its message; undefined, with a problem told, for one that is none. */
export type ActionParser<A extends Plain> = (node: ConfigNode) => A | undefined;

/** Deeper trees come from nobody who means well. */
const deepest = 32;

const matchesNothing: PredicateConfig = { kind: 'or', predicates: [] };

/** Reads `xds.type.matcher.v3.Matcher`, or its older twin of `envoy.config.common`. */
export function parseMatcher<A extends Plain>(
  node: ConfigNode,
  parseAction: ActionParser<A>,
  depth = deepest,
): MatcherConfig<A> {
  const otherwise = node.message('on_no_match');
  const rest = otherwise === undefined ? null : (parseOnMatch(otherwise, parseAction, depth) ?? null);
  const tree = node.message('matcher_tree');
  if (tree !== undefined) return parseTree(tree, parseAction, rest, depth);
  const list = node.message('matcher_list');
  const entries: FieldConfig<A>[] = [];
  for (const entry of list?.list('matchers') ?? []) {
    const predicate = entry.message('predicate');
    const onMatch = entry.message('on_match');
    const target = onMatch === undefined ? undefined : parseOnMatch(onMatch, parseAction, depth);
    if (predicate === undefined || target === undefined) continue;
    entries.push({ predicate: parsePredicate(predicate, depth), onMatch: target });
  }
  return { kind: 'list', entries, otherwise: rest };
}

function parseOnMatch<A extends Plain>(
  node: ConfigNode,
  parseAction: ActionParser<A>,
  depth: number,
): OnMatchConfig<A> | undefined {
  if (node.has('keep_matching') && node.bool('keep_matching')) {
    node.unsupported('keep_matching', 'the first match decides');
  }
  const nested = node.message('matcher');
  if (nested !== undefined) {
    if (depth === 0) {
      node.error(`matchers are nested more than ${deepest} deep`, 'matcher');
      return undefined;
    }
    return { kind: 'matcher', matcher: parseMatcher(nested, parseAction, depth - 1) };
  }
  const wrapper = node.message('action');
  wrapper?.string('name');
  const inner = wrapper?.message('typed_config');
  const action = inner === undefined ? undefined : parseAction(inner);
  if (action === undefined) {
    wrapper?.unsupported('typed_config', `no action of type ${inner?.typeName ?? 'none'} here`);
    return undefined;
  }
  return { kind: 'action', action };
}

function parseTree<A extends Plain>(
  node: ConfigNode,
  parseAction: ActionParser<A>,
  otherwise: OnMatchConfig<A> | null,
  depth: number,
): MatcherConfig<A> {
  node.unsupported('custom_match', 'trees of other kinds than exact and prefix maps are not built');
  const input = parseInput(node.message('input'));
  const exact = node.message('exact_match_map');
  const map: { [value: string]: OnMatchConfig<A> } = {};
  for (const [value, target] of (exact ?? node.message('prefix_match_map'))?.map('map') ?? []) {
    const onMatch = parseOnMatch(target, parseAction, depth);
    if (onMatch !== undefined) map[value] = onMatch;
  }
  return { kind: exact === undefined ? 'prefix' : 'exact', input, map, otherwise };
}

function parsePredicate(node: ConfigNode, depth: number): PredicateConfig {
  if (depth === 0) {
    node.error(`predicates are nested more than ${deepest} deep`);
    return matchesNothing;
  }
  const single = node.message('single_predicate');
  if (single !== undefined) return parseSingle(single);
  const not = node.message('not_matcher');
  if (not !== undefined) return { kind: 'not', predicate: parsePredicate(not, depth - 1) };
  const and = node.message('and_matcher');
  const predicates = (and ?? node.message('or_matcher'))?.list('predicate') ?? [];
  return {
    kind: and === undefined ? 'or' : 'and',
    predicates: predicates.map((it) => parsePredicate(it, depth - 1)),
  };
}

function parseSingle(node: ConfigNode): PredicateConfig {
  const input = parseInput(node.message('input'));
  const text = node.message('value_match');
  if (text !== undefined) return { kind: 'text', input, matcher: parseStringMatcher(text) };
  const custom = node.message('custom_match');
  custom?.string('name');
  const inner = custom?.message('typed_config');
  switch (inner?.typeName) {
    case 'envoy.extensions.matching.input_matchers.ip.v3.Ip':
      inner.noEffect('stat_prefix', 'addresses that cannot be read are not counted');
      return { kind: 'ip', input, ranges: inner.list('cidr_ranges').map(parseIpRange) };
    case 'envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction':
      return {
        kind: 'fraction',
        input,
        seed: inner.number('seed'),
        fraction: inner.fraction('runtime_fraction', { numerator: 0, denominator: 100, runtimeKey: '' }),
      };
    default:
      custom?.unsupported('typed_config', `no matcher of type ${inner?.typeName ?? 'none'}`);
      return matchesNothing;
  }
}
