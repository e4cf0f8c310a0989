import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';
import { buildStringMatcher, parseStringMatcher, type StringMatcherConfig } from './string-matcher.js';

/** `type.matcher.v3.ValueMatcher`, read. */
export type ValueMatcherConfig =
  | { readonly kind: 'null' }
  | { readonly kind: 'number'; readonly start: number; readonly end: number; readonly exact: number | null }
  | { readonly kind: 'string'; readonly matcher: StringMatcherConfig }
  | { readonly kind: 'bool'; readonly expected: boolean }
  | { readonly kind: 'present'; readonly expected: boolean }
  | { readonly kind: 'list'; readonly oneOf: ValueMatcherConfig }
  | { readonly kind: 'or'; readonly matchers: readonly ValueMatcherConfig[] };

export type ValuePredicate = (value: Plain) => boolean;

export function parseValueMatcher(node: ConfigNode): ValueMatcherConfig {
  const text = node.message('string_match');
  if (text !== undefined) return { kind: 'string', matcher: parseStringMatcher(text) };
  const number = node.message('double_match');
  if (number !== undefined) return parseNumberMatcher(number);
  const list = node.message('list_match');
  if (list !== undefined) return parseListMatcher(list);
  const or = node.message('or_match');
  if (or !== undefined) return { kind: 'or', matchers: or.list('value_matchers').map(parseValueMatcher) };
  if (node.has('bool_match')) return { kind: 'bool', expected: node.bool('bool_match') };
  if (node.has('null_match')) {
    node.message('null_match')?.honourAll();
    return { kind: 'null' };
  }
  return { kind: 'present', expected: node.bool('present_match', true) };
}

function parseNumberMatcher(node: ConfigNode): ValueMatcherConfig {
  const range = node.message('range');
  if (range === undefined) return { kind: 'number', start: 0, end: 0, exact: node.number('exact') };
  return { kind: 'number', start: range.number('start'), end: range.number('end'), exact: null };
}

function parseListMatcher(node: ConfigNode): ValueMatcherConfig {
  const oneOf = node.message('one_of');
  return {
    kind: 'list',
    oneOf: oneOf === undefined ? { kind: 'present', expected: true } : parseValueMatcher(oneOf),
  };
}

export function buildValueMatcher(config: ValueMatcherConfig): ValuePredicate {
  switch (config.kind) {
    case 'null':
      return (value) => value === null;
    case 'bool':
      return (value) => value === config.expected;
    case 'present':
      return (value) => (value !== undefined) === config.expected;
    case 'number':
      return buildNumberMatcher(config.start, config.end, config.exact);
    case 'string': {
      const accepts = buildStringMatcher(config.matcher);
      return (value) => typeof value === 'string' && accepts(value);
    }
    case 'list': {
      const accepts = buildValueMatcher(config.oneOf);
      return (value) => Array.isArray(value) && value.some((item: Plain) => accepts(item));
    }
    case 'or': {
      const matchers = config.matchers.map(buildValueMatcher);
      return (value) => matchers.some((accepts) => accepts(value));
    }
  }
}

function buildNumberMatcher(start: number, end: number, exact: number | null): ValuePredicate {
  if (exact !== null) return (value) => value === exact;
  return (value) => typeof value === 'number' && value >= start && value < end;
}
