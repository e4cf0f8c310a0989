import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';
import {
  buildMatchInput,
  type MatchedRequest,
  type MatchInput,
  type MatchInputConfig,
  parseMatchInput,
} from './match-input.js';
import { buildStringMatcher, parseStringMatcher, type StringMatcherConfig } from './string-matcher.js';
import { buildValueMatcher, parseValueMatcher, type ValueMatcherConfig } from './value-matcher.js';

/** `xds.type.matcher.v3.Matcher` with actions of a kind, as it crosses threads. */
export type MatcherConfig<A extends Plain> =
  | {
      readonly kind: 'list';
      readonly entries: readonly { readonly predicate: PredicateConfig; readonly branch: OnMatchConfig<A> }[];
      readonly otherwise: OnMatchConfig<A> | null;
    }
  | {
      readonly kind: 'exact' | 'prefix';
      readonly input: MatchInputConfig;
      readonly entries: readonly (readonly [key: string, then: OnMatchConfig<A>])[];
      readonly otherwise: OnMatchConfig<A> | null;
    };

export type OnMatchConfig<A extends Plain> =
  | { readonly kind: 'matcher'; readonly matcher: MatcherConfig<A> }
  /** `keepsMatching`: as if it had not matched. */
  | { readonly kind: 'action'; readonly action: A; readonly keepsMatching: boolean };

export type PredicateConfig =
  | { readonly kind: 'text'; readonly input: MatchInputConfig; readonly matcher: StringMatcherConfig }
  | {
      readonly kind: 'value';
      readonly input: MatchInputConfig;
      readonly matcher: ValueMatcherConfig;
      readonly invert: boolean;
    }
  | { readonly kind: 'and' | 'or'; readonly of: readonly PredicateConfig[] }
  | { readonly kind: 'not'; readonly of: PredicateConfig };

const never: PredicateConfig = { kind: 'or', of: [] };

/** What the place of a matcher decides. */
export interface MatcherPlace<A extends Plain> {
  /** Reads the message inside the action of a branch. */
  action(node: ConfigNode): A;
  /** Why an input of that type may not stand here; undefined when it may. */
  inputProblem(typeName: string): string | undefined;
}

/** Reads a matcher. */
export function parseMatcher<A extends Plain>(node: ConfigNode, place: MatcherPlace<A>): MatcherConfig<A> {
  const onMatch = (branch: ConfigNode): OnMatchConfig<A> => parseOnMatch(branch, place);
  const noMatch = node.message('on_no_match');
  const otherwise = noMatch === undefined ? null : onMatch(noMatch);
  const tree = node.message('matcher_tree');
  if (tree !== undefined) {
    const isExact = tree.has('exact_match_map');
    tree.unsupported('custom_match', 'tree matchers are exact and prefix maps');
    const map = tree.message(isExact ? 'exact_match_map' : 'prefix_match_map')?.map('map') ?? new Map();
    const entries = [...map].map(([key, branch]) => [key, onMatch(branch)] as const);
    return { kind: isExact ? 'exact' : 'prefix', input: parseInput(tree, place), entries, otherwise };
  }
  const matchers = node.message('matcher_list')?.list('matchers') ?? [];
  const entries = matchers.map((entry) => {
    const predicate = entry.message('predicate');
    const branch = entry.message('on_match');
    return {
      predicate: predicate === undefined ? never : parsePredicate(predicate, place),
      branch: onMatch(branch ?? entry),
    };
  });
  return { kind: 'list', entries, otherwise };
}

function parseOnMatch<A extends Plain>(node: ConfigNode, place: MatcherPlace<A>): OnMatchConfig<A> {
  const keepsMatching = node.bool('keep_matching');
  const nested = node.message('matcher');
  if (nested !== undefined) return { kind: 'matcher', matcher: parseMatcher(nested, place) };
  const wrapper = node.message('action');
  wrapper?.string('name');
  return { kind: 'action', action: place.action(wrapper?.message('typed_config') ?? node), keepsMatching };
}

type InputRules = Pick<MatcherPlace<Plain>, 'inputProblem'>;

function parseInput(node: ConfigNode, rules: InputRules): MatchInputConfig {
  const typeName = node.message('input')?.message('typed_config')?.typeName;
  const problem = typeName === undefined ? undefined : rules.inputProblem(typeName);
  if (problem !== undefined) node.error(problem, 'input');
  return parseMatchInput(node, 'input');
}

function parsePredicate(node: ConfigNode, rules: InputRules): PredicateConfig {
  const parse = (inner: ConfigNode): PredicateConfig => parsePredicate(inner, rules);
  const single = node.message('single_predicate');
  if (single !== undefined) return parseSingle(single, rules);
  for (const [field, kind] of [
    ['or_matcher', 'or'],
    ['and_matcher', 'and'],
  ] as const) {
    const list = node.message(field);
    if (list !== undefined) return { kind, of: list.list('predicate').map(parse) };
  }
  const not = node.message('not_matcher');
  return not === undefined ? never : { kind: 'not', of: parse(not) };
}

function parseSingle(node: ConfigNode, rules: InputRules): PredicateConfig {
  const input = parseInput(node, rules);
  const text = node.message('value_match');
  if (text !== undefined) return { kind: 'text', input, matcher: parseStringMatcher(text) };
  const custom = node.message('custom_match');
  custom?.string('name');
  const inner = custom?.message('typed_config');
  if (inner?.typeName === 'envoy.extensions.matching.input_matchers.metadata.v3.Metadata') {
    const value = inner.message('value');
    const matcher: ValueMatcherConfig =
      value === undefined ? { kind: 'present', expected: true } : parseValueMatcher(value);
    return { kind: 'value', input, matcher, invert: inner.bool('invert') };
  }
  custom?.unsupportedValue('typed_config', inner?.typeName ?? '', 'no such input matcher');
  return never;
}

/** One branch that was looked at on the way. */
export interface MatcherStep {
  readonly config:
    | PredicateConfig
    | { readonly kind: 'map'; readonly of: 'exact' | 'prefix'; readonly input: MatchInputConfig };
  /** What the request has where the step looks at one input; undefined otherwise. */
  readonly got: Plain;
  readonly holds: boolean;
}

/** Answers the action that a request comes to, or null. */
export interface Matcher<T> {
  (request: MatchedRequest): T | null;
  /** How it came there; absent where there is nothing to look at. */
  readonly steps?: (request: MatchedRequest) => readonly MatcherStep[];
}

/** Builds a matcher; `action` makes something live of each action, once. */
export function buildMatcher<A extends Plain, T>(
  config: MatcherConfig<A>,
  action: (config: A) => T,
): Matcher<T> {
  const onMatch = (branch: OnMatchConfig<A> | null): Matcher<T> => buildOnMatch(branch, action);
  const otherwise = onMatch(config.otherwise);
  if (config.kind === 'list') {
    const entries = config.entries.map((entry) => ({
      config: entry.predicate,
      accepts: buildPredicate(entry.predicate),
      branch: onMatch(entry.branch),
    }));
    const find = (request: MatchedRequest): T | null => {
      for (const { accepts, branch } of entries) {
        const found = accepts(request) ? branch(request) : null;
        if (found !== null) return found;
      }
      return otherwise(request);
    };
    return Object.assign(find, { steps: listSteps(entries, otherwise) });
  }
  const input = buildMatchInput(config.input);
  const entries = config.entries.map(([key, branch]) => [key, onMatch(branch)] as const);
  const look = config.kind === 'exact' ? exactLookup(input, entries) : prefixLookup(input, entries);
  const find = (request: MatchedRequest): T | null => look(request) ?? otherwise(request);
  const steps = (request: MatchedRequest): readonly MatcherStep[] => {
    const holds = look(request) !== null;
    const asked = { kind: 'map', of: config.kind, input: config.input } as const;
    const step: MatcherStep = { config: asked, got: input(request), holds };
    return holds ? [step] : [step, ...(otherwise.steps?.(request) ?? [])];
  };
  return Object.assign(find, { steps });
}

interface ListEntry<T> {
  readonly config: PredicateConfig;
  readonly accepts: Predicate;
  readonly branch: Matcher<T>;
}

/** The branches of a list up to the one that leads somewhere, those below them included. */
function listSteps<T>(
  entries: readonly ListEntry<T>[],
  otherwise: Matcher<T>,
): (request: MatchedRequest) => readonly MatcherStep[] {
  return (request) => {
    const steps: MatcherStep[] = [];
    for (const { config, accepts, branch } of entries) {
      const holds = accepts(request);
      const got = 'input' in config ? buildMatchInput(config.input)(request) : undefined;
      steps.push({ config, got, holds });
      if (!holds) continue;
      steps.push(...(branch.steps?.(request) ?? []));
      if (branch(request) !== null) return steps;
    }
    return [...steps, ...(otherwise.steps?.(request) ?? [])];
  };
}

function buildOnMatch<A extends Plain, T>(
  branch: OnMatchConfig<A> | null,
  action: (config: A) => T,
): Matcher<T> {
  if (branch === null) return () => null;
  if (branch.kind === 'matcher') return buildMatcher(branch.matcher, action);
  if (branch.keepsMatching) return () => null;
  const built = action(branch.action);
  return () => built;
}

type Entries<T> = readonly (readonly [key: string, then: Matcher<T>])[];

function exactLookup<T>(input: MatchInput, entries: Entries<T>): Matcher<T> {
  const byKey = new Map(entries);
  return (request) => {
    const value = input(request);
    return typeof value === 'string' ? (byKey.get(value)?.(request) ?? null) : null;
  };
}

/** The longest prefix that leads to an action wins. */
function prefixLookup<T>(input: MatchInput, entries: Entries<T>): Matcher<T> {
  const longestFirst = entries.toSorted(([a], [b]) => b.length - a.length);
  return (request) => {
    const value = input(request);
    if (typeof value !== 'string') return null;
    for (const [key, then] of longestFirst) {
      const found = value.startsWith(key) ? then(request) : null;
      if (found !== null) return found;
    }
    return null;
  };
}

type Predicate = (request: MatchedRequest) => boolean;

function buildPredicate(config: PredicateConfig): Predicate {
  switch (config.kind) {
    case 'text': {
      const input = buildMatchInput(config.input);
      const accepts = buildStringMatcher(config.matcher);
      return (request) => {
        const value = input(request);
        return typeof value === 'string' && accepts(value);
      };
    }
    case 'value': {
      const input = buildMatchInput(config.input);
      const accepts = buildValueMatcher(config.matcher);
      return (request) => accepts(input(request)) !== config.invert;
    }
    case 'not': {
      const accepts = buildPredicate(config.of);
      return (request) => !accepts(request);
    }
    case 'and': {
      const all = config.of.map(buildPredicate);
      return (request) => all.every((accepts) => accepts(request));
    }
    case 'or': {
      const any = config.of.map(buildPredicate);
      return (request) => any.some((accepts) => accepts(request));
    }
  }
}
