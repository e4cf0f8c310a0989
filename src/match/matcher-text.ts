import type { FractionConfig } from '../api/config-node.js';
import type { CookieMatcherConfig } from './cookie-matcher.js';
import type { HeaderMatcherConfig } from './header-matcher.js';
import type { IpRangeConfig } from './ip-range.js';
import type { MetadataMatcherConfig } from './metadata-matcher.js';
import type { QueryMatcherConfig } from './query-matcher.js';
import type { StringMatcherConfig } from './string-matcher.js';
import type { PredicateConfig } from './tree/config.js';
import type { InputConfig } from './tree/input.js';
import type { MatcherStep } from './tree/matcher.js';
import type { ValueMatcherConfig } from './value-matcher.js';

/** Matchers in words, for people who wonder why one of them did not match. */

const verbs: { readonly [kind in StringMatcherConfig['kind']]: string } = {
  exact: 'is',
  prefix: 'begins with',
  suffix: 'ends with',
  contains: 'contains',
  regex: 'matches',
};

/** `is 'a'`, `begins with 'a' in any case`. */
export function stringMatcherText({ kind, value, ignoreCase }: StringMatcherConfig): string {
  const quoted = kind === 'regex' ? `/${value}/` : `'${value}'`;
  return `${verbs[kind]} ${quoted}${ignoreCase ? ' in any case' : ''}`;
}

function negated(isNegated: boolean, text: string): string {
  return isNegated ? `not (${text})` : text;
}

export function headerMatcherText({ name, rule, invert, treatMissingAsEmpty }: HeaderMatcherConfig): string {
  const missing = treatMissingAsEmpty ? ' (empty when missing)' : '';
  switch (rule.kind) {
    case 'present':
      return `header ${name} is ${rule.expected !== invert ? 'there' : 'absent'}${missing}`;
    case 'range':
      return negated(invert, `header ${name} is a number from ${rule.start} below ${rule.end}${missing}`);
    case 'string':
      return negated(invert, `header ${name} ${stringMatcherText(rule.matcher)}${missing}`);
  }
}

export function queryMatcherText({ name, matcher, present }: QueryMatcherConfig): string {
  if (matcher === null) return `query parameter ${name} is ${present ? 'there' : 'absent'}`;
  return `query parameter ${name} ${stringMatcherText(matcher)}`;
}

export function cookieMatcherText({ name, matcher, invert }: CookieMatcherConfig): string {
  return negated(invert, `cookie ${name} ${stringMatcherText(matcher)}`);
}

export function metadataMatcherText({ namespace, path, value, invert }: MetadataMatcherConfig): string {
  return negated(invert, `metadata ${[namespace, ...path].join('.')} ${valueMatcherText(value)}`);
}

export function valueMatcherText(matcher: ValueMatcherConfig): string {
  switch (matcher.kind) {
    case 'null':
      return 'is null';
    case 'number':
      return matcher.exact === null ? `is from ${matcher.start} below ${matcher.end}` : `is ${matcher.exact}`;
    case 'string':
      return stringMatcherText(matcher.matcher);
    case 'bool':
      return `is ${matcher.expected}`;
    case 'present':
      return matcher.expected ? 'is there' : 'is absent';
    case 'list':
      return `has a member that ${valueMatcherText(matcher.oneOf)}`;
    case 'or':
      return matcher.matchers.map(valueMatcherText).join(' or ');
  }
}

export function fractionText({ numerator, denominator, runtimeKey }: FractionConfig): string {
  const key = runtimeKey === '' ? '' : ` unless runtime ${runtimeKey} says otherwise`;
  return `${numerator} of ${denominator} requests${key}`;
}

export function matchInputText({ kind, name, path }: InputConfig): string {
  const what = kind === 'request-header' ? 'header' : kind;
  return name === '' ? what : `${what} ${[name, ...path].join('.')}`;
}

function rangesText(ranges: readonly IpRangeConfig[]): string {
  return ranges.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(', ');
}

export function predicateText(config: PredicateConfig): string {
  switch (config.kind) {
    case 'text':
      return `${matchInputText(config.input)} ${stringMatcherText(config.matcher)}`;
    case 'value':
      return negated(config.invert, `${matchInputText(config.input)} ${valueMatcherText(config.matcher)}`);
    case 'ip':
      return `${matchInputText(config.input)} is in ${rangesText(config.ranges)}`;
    case 'fraction':
      return `${matchInputText(config.input)} is drawn by ${fractionText(config.fraction)}`;
    case 'not':
      return negated(true, predicateText(config.predicate));
    case 'and':
    case 'or':
      return config.predicates.map((inner) => `(${predicateText(inner)})`).join(` ${config.kind} `);
  }
}

const mapVerbs = {
  exact: 'is a key of the map',
  prefix: 'begins with a key of the map',
  domains: 'is a name of the tree, or below one',
  ranges: 'is in a range of the tree',
} as const;

export function stepText({ config }: MatcherStep): string {
  if (config.kind !== 'map') return predicateText(config);
  return `${matchInputText(config.input)} ${mapVerbs[config.of]}`;
}
