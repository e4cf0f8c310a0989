import type { ConfigNode } from '../api/config-node.js';
import type { HeaderMap } from '../base/header-map.js';
import {
  buildStringMatcher,
  parseRegex,
  parseStringMatcher,
  type StringMatcherConfig,
  type StringPredicate,
} from './string-matcher.js';

/** `config.route.v3.HeaderMatcher`, read, the deprecated forms folded into the current ones. */
export type HeaderMatcherConfig = {
  readonly name: string;
  readonly rule:
    | { readonly kind: 'present'; readonly expected: boolean }
    | { readonly kind: 'range'; readonly start: number; readonly end: number }
    | { readonly kind: 'string'; readonly matcher: StringMatcherConfig };
  readonly invert: boolean;
  readonly treatMissingAsEmpty: boolean;
};

export type HeaderPredicate = (headers: HeaderMap) => boolean;

export function parseHeaderMatcher(node: ConfigNode): HeaderMatcherConfig {
  return {
    name: node.string('name').toLowerCase(),
    rule: parseRule(node),
    invert: node.bool('invert_match'),
    treatMissingAsEmpty: node.bool('treat_missing_header_as_empty'),
  };
}

export function parseHeaderMatchers(node: ConfigNode, field: string): readonly HeaderMatcherConfig[] {
  return node.list(field).map(parseHeaderMatcher);
}

const deprecatedKinds = [
  ['prefix_match', 'prefix'],
  ['suffix_match', 'suffix'],
  ['contains_match', 'contains'],
] as const;

function parseRule(node: ConfigNode): HeaderMatcherConfig['rule'] {
  const stringMatch = node.message('string_match');
  if (stringMatch !== undefined) return { kind: 'string', matcher: parseStringMatcher(stringMatch) };
  const range = node.message('range_match');
  if (range !== undefined) return { kind: 'range', start: range.number('start'), end: range.number('end') };
  if (node.has('present_match')) return { kind: 'present', expected: node.bool('present_match') };
  if (node.has('safe_regex_match')) {
    return stringRule('regex', parseRegex(node, 'safe_regex_match'));
  }
  if (node.has('exact_match')) {
    const value = node.string('exact_match');
    return value === '' ? { kind: 'present', expected: true } : stringRule('exact', value);
  }
  for (const [field, kind] of deprecatedKinds) {
    if (node.has(field)) return stringRule(kind, node.string(field));
  }
  return { kind: 'present', expected: true };
}

function stringRule(kind: StringMatcherConfig['kind'], value: string): HeaderMatcherConfig['rule'] {
  return { kind: 'string', matcher: { kind, value, ignoreCase: false } };
}

export function buildHeaderMatcher(config: HeaderMatcherConfig): HeaderPredicate {
  const { name, rule, invert, treatMissingAsEmpty } = config;
  if (rule.kind === 'present') {
    if (treatMissingAsEmpty) return () => rule.expected !== invert;
    const wanted = rule.expected !== invert;
    return (headers) => (headers.get(name) !== undefined) === wanted;
  }
  const accepts = rule.kind === 'range' ? inRange(rule.start, rule.end) : buildStringMatcher(rule.matcher);
  return (headers) => {
    const value = headers.get(name);
    if (value === undefined) return treatMissingAsEmpty && accepts('') !== invert;
    return (accepts(value) || laterValueMatches(headers, name, accepts)) !== invert;
  };
}

/** True when all matchers pass; null for none, so that callers can skip the call. */
export function buildHeaderMatchers(configs: readonly HeaderMatcherConfig[]): HeaderPredicate | null {
  const matchers = configs.map(buildHeaderMatcher);
  const [first, second] = matchers;
  if (first === undefined) return null;
  if (second === undefined) return first;
  return (headers) => {
    for (const matches of matchers) if (!matches(headers)) return false;
    return true;
  };
}

/** Each value of a repeated header is looked at alone, never the joined text. */
function laterValueMatches(headers: HeaderMap, name: string, accepts: StringPredicate): boolean {
  const first = headers.indexOf(name);
  if (first < 0) return false;
  for (let i = headers.indexOf(name, first + 1); i >= 0; i = headers.indexOf(name, i + 1)) {
    if (accepts(headers.values[i] as string)) return true;
  }
  return false;
}

/** A whole base-10 number in the half-open range. */
function inRange(start: number, end: number): StringPredicate {
  return (text) => {
    if (!/^[+-]?[0-9]{1,19}$/.test(text)) return false;
    const value = Number(text);
    return value >= start && value < end;
  };
}
