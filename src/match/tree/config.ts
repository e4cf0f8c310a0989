import type { ConfigNode, FractionConfig } from '../../api/config-node.js';
import type { Plain } from '../../base/plain.js';
import { type IpRangeConfig, parseIpRange } from '../ip-range.js';
import { parseStringMatcher, type StringMatcherConfig } from '../string-matcher.js';
import { parseValueMatcher, type ValueMatcherConfig } from '../value-matcher.js';
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
      readonly entries: readonly (readonly [key: string, onMatch: OnMatchConfig<A>])[];
      readonly otherwise: OnMatchConfig<A> | null;
    }
  | {
      /** As for `exact`, of server names: `a.test`, `*.test` or `*`. */
      readonly kind: 'domains';
      readonly input: InputConfig;
      readonly entries: readonly (readonly [key: string, onMatch: OnMatchConfig<A>])[];
      readonly otherwise: OnMatchConfig<A> | null;
    }
  | {
      readonly kind: 'ranges';
      readonly input: InputConfig;
      readonly entries: readonly RangesConfig<A>[];
      readonly otherwise: OnMatchConfig<A> | null;
    };

export type FieldConfig<A extends Plain = Plain> = {
  readonly predicate: PredicateConfig;
  readonly onMatch: OnMatchConfig<A>;
};

export type RangesConfig<A extends Plain = Plain> = {
  readonly ranges: readonly IpRangeConfig[];
  readonly onMatch: OnMatchConfig<A>;
  /** For addresses that no longer prefix has. */
  readonly isExclusive: boolean;
};

/** `keepsMatching`: the search goes on as if nothing had matched. */
export type OnMatchConfig<A extends Plain = Plain> =
  | { readonly kind: 'action'; readonly action: A; readonly keepsMatching: boolean }
  | { readonly kind: 'matcher'; readonly matcher: MatcherConfig<A>; readonly keepsMatching: boolean };

export type PredicateConfig =
  | { readonly kind: 'text'; readonly input: InputConfig; readonly matcher: StringMatcherConfig }
  | {
      readonly kind: 'value';
      readonly input: InputConfig;
      readonly matcher: ValueMatcherConfig;
      readonly invert: boolean;
    }
  | { readonly kind: 'ip'; readonly input: InputConfig; readonly ranges: readonly IpRangeConfig[] }
  | {
      readonly kind: 'fraction';
      readonly input: InputConfig;
      readonly fraction: FractionConfig;
      readonly seed: number;
    }
  | { readonly kind: 'and' | 'or'; readonly predicates: readonly PredicateConfig[] }
  | { readonly kind: 'not'; readonly predicate: PredicateConfig };

/** What the place of a matcher decides. */
export interface MatcherPlace<A extends Plain> {
  /** Reads the action of a match out of its message; undefined for one that has no place here. */
  action(node: ConfigNode): A | undefined;
  /** Why an input of that type may not stand here; undefined when it may. */
  inputProblem?(typeName: string): string | undefined;
  /** A branch may be told to count as none. */
  readonly allowsKeepMatching?: boolean;
}

/** Deeper trees come from nobody who means well. */
const deepest = 32;

const matchesNothing: PredicateConfig = { kind: 'or', predicates: [] };

/** Reads `xds.type.matcher.v3.Matcher`, or its older twin of `envoy.config.common`. */
export function parseMatcher<A extends Plain>(
  node: ConfigNode,
  place: MatcherPlace<A>,
  depth = deepest,
): MatcherConfig<A> {
  const onMatch = (target: ConfigNode | undefined): OnMatchConfig<A> | null =>
    target === undefined ? null : parseOnMatch(target, place, depth);
  const otherwise = onMatch(node.message('on_no_match'));
  const tree = node.message('matcher_tree');
  if (tree !== undefined) return parseTree(tree, place, onMatch, otherwise);
  const entries: FieldConfig<A>[] = [];
  for (const entry of node.message('matcher_list')?.list('matchers') ?? []) {
    const predicate = entry.message('predicate');
    const target = onMatch(entry.message('on_match'));
    if (predicate === undefined || target === null) continue;
    entries.push({ predicate: parsePredicate(predicate, place, depth), onMatch: target });
  }
  return { kind: 'list', entries, otherwise };
}

function parseOnMatch<A extends Plain>(
  node: ConfigNode,
  place: MatcherPlace<A>,
  depth: number,
): OnMatchConfig<A> | null {
  const keepsMatching = node.bool('keep_matching');
  if (keepsMatching && place.allowsKeepMatching !== true)
    node.error('keep_matching is not supported in this context', 'keep_matching');
  const nested = node.message('matcher');
  if (nested !== undefined) {
    if (depth === 0) {
      node.error(`matchers are nested more than ${deepest} deep`, 'matcher');
      return null;
    }
    return { kind: 'matcher', matcher: parseMatcher(nested, place, depth - 1), keepsMatching };
  }
  const wrapper = node.message('action');
  wrapper?.string('name');
  const inner = wrapper?.message('typed_config');
  const action = inner === undefined ? undefined : place.action(inner);
  if (action === undefined) {
    wrapper?.unsupported('typed_config', `no action of type ${inner?.typeName ?? 'none'} here`);
    return null;
  }
  return { kind: 'action', action, keepsMatching };
}

const ipMatcher = 'xds.type.matcher.v3.IPMatcher';
const nameMatcher = 'xds.type.matcher.v3.ServerNameMatcher';

function parseTree<A extends Plain>(
  node: ConfigNode,
  place: MatcherPlace<A>,
  onMatch: (target: ConfigNode | undefined) => OnMatchConfig<A> | null,
  otherwise: OnMatchConfig<A> | null,
): MatcherConfig<A> {
  const input = parsePlacedInput(node, place);
  const custom = node.message('custom_match');
  if (custom !== undefined) {
    custom.string('name');
    const ranges = custom.message('typed_config');
    if (ranges?.typeName === ipMatcher) {
      return { kind: 'ranges', input, entries: parseRanges(ranges, onMatch), otherwise };
    }
    if (ranges?.typeName === nameMatcher) {
      return { kind: 'domains', input, entries: parseDomains(ranges, onMatch), otherwise };
    }
    custom.unsupported('typed_config', `no tree of type ${ranges?.typeName ?? 'none'}`);
  }
  const exact = node.message('exact_match_map');
  const entries: (readonly [string, OnMatchConfig<A>])[] = [];
  for (const [key, entry] of (exact ?? node.message('prefix_match_map'))?.map('map') ?? []) {
    const target = onMatch(entry);
    if (target !== null) entries.push([key, target]);
  }
  return { kind: exact === undefined ? 'prefix' : 'exact', input, entries, otherwise };
}

function parseRanges<A extends Plain>(
  node: ConfigNode,
  onMatch: (target: ConfigNode | undefined) => OnMatchConfig<A> | null,
): readonly RangesConfig<A>[] {
  return node.list('range_matchers').flatMap((entry) => {
    const target = onMatch(entry.message('on_match'));
    const ranges = entry.list('ranges').map(parseIpRange);
    const isExclusive = entry.bool('exclusive');
    return target === null ? [] : [{ ranges, onMatch: target, isExclusive }];
  });
}

function parseDomains<A extends Plain>(
  node: ConfigNode,
  onMatch: (target: ConfigNode | undefined) => OnMatchConfig<A> | null,
): readonly (readonly [string, OnMatchConfig<A>])[] {
  const seen = new Set<string>();
  return node.list('domain_matchers').flatMap((entry) => {
    const target = onMatch(entry.message('on_match'));
    const domains = entry.strings('domains');
    for (const domain of domains) {
      const problem = seen.has(domain)
        ? `Duplicate domain in ServerNameMatcher: ${domain}`
        : domainProblem(domain);
      if (problem !== undefined) entry.error(problem, 'domains');
      seen.add(domain);
    }
    return target === null ? [] : domains.map((domain) => [domain, target] as const);
  });
}

/** A wildcard stands for whole labels in front, or for every name. */
function domainProblem(domain: string): string | undefined {
  if (domain === '') return 'Empty domain in ServerNameMatcher';
  if (domain === '*' || !domain.includes('*')) return undefined;
  const text = `Invalid wildcard domain format: ${domain}. `;
  if (!/^\*\../.test(domain)) return `${text}Only '*' and '*.domain' patterns are supported`;
  return domain.includes('*', 1) ? `${text}Multiple wildcards are not supported` : undefined;
}

type InputRules = Pick<MatcherPlace<Plain>, 'inputProblem'>;

function parsePlacedInput(node: ConfigNode, { inputProblem }: InputRules): InputConfig {
  const typeName = node.message('input')?.message('typed_config')?.typeName;
  const problem = typeName === undefined ? undefined : inputProblem?.(typeName);
  if (problem !== undefined) node.error(problem, 'input');
  return parseInput(node.message('input'));
}

function parsePredicate(node: ConfigNode, rules: InputRules, depth: number): PredicateConfig {
  if (depth === 0) {
    node.error(`predicates are nested more than ${deepest} deep`);
    return matchesNothing;
  }
  const single = node.message('single_predicate');
  if (single !== undefined) return parseSingle(single, rules);
  const not = node.message('not_matcher');
  if (not !== undefined) return { kind: 'not', predicate: parsePredicate(not, rules, depth - 1) };
  const and = node.message('and_matcher');
  const predicates = (and ?? node.message('or_matcher'))?.list('predicate') ?? [];
  return {
    kind: and === undefined ? 'or' : 'and',
    predicates: predicates.map((it) => parsePredicate(it, rules, depth - 1)),
  };
}

const inputMatchers = 'envoy.extensions.matching.input_matchers';

function parseSingle(node: ConfigNode, rules: InputRules): PredicateConfig {
  const input = parsePlacedInput(node, rules);
  const text = node.message('value_match');
  if (text !== undefined) return { kind: 'text', input, matcher: parseStringMatcher(text) };
  const custom = node.message('custom_match');
  custom?.string('name');
  const inner = custom?.message('typed_config');
  switch (inner?.typeName) {
    case `${inputMatchers}.ip.v3.Ip`:
      inner.noEffect('stat_prefix', 'addresses that cannot be read are not counted');
      return { kind: 'ip', input, ranges: inner.list('cidr_ranges').map(parseIpRange) };
    case `${inputMatchers}.metadata.v3.Metadata`: {
      const value = inner.message('value');
      const matcher: ValueMatcherConfig =
        value === undefined ? { kind: 'present', expected: true } : parseValueMatcher(value);
      return { kind: 'value', input, matcher, invert: inner.bool('invert') };
    }
    case `${inputMatchers}.runtime_fraction.v3.RuntimeFraction`:
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
