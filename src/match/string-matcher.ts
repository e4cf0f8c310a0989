import type { ConfigNode } from '../api/config-node.js';
import { compileRegex, regexProblem } from './regex.js';

/** `type.matcher.v3.StringMatcher`, read. */
export type StringMatcherConfig = {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex';
  readonly value: string;
  readonly ignoreCase: boolean;
};

export type StringPredicate = (text: string) => boolean;

const plainKinds = ['exact', 'prefix', 'suffix', 'contains'] as const;

export function parseStringMatcher(node: ConfigNode): StringMatcherConfig {
  const ignoreCase = node.bool('ignore_case');
  for (const kind of plainKinds) {
    if (node.has(kind)) return { kind, value: node.string(kind), ignoreCase };
  }
  if (node.has('safe_regex')) {
    if (ignoreCase) node.error('ignore_case has no effect for safe_regex.', 'ignore_case');
    return { kind: 'regex', value: parseRegex(node, 'safe_regex'), ignoreCase: false };
  }
  node.unsupported('custom', 'string matcher extensions are not built');
  return { kind: 'exact', value: '', ignoreCase };
}

/** Reads a `RegexMatcher` field and reports a pattern that RE2 refuses. */
export function parseRegex(node: ConfigNode, field: string): string {
  const matcher = node.message(field);
  if (matcher === undefined) return '';
  if (matcher.has('google_re2')) matcher.message('google_re2')?.honourAll();
  const pattern = matcher.string('regex');
  const problem = regexProblem(pattern);
  if (problem === undefined) return pattern;
  matcher.error(problem, 'regex');
  return '';
}

export function buildStringMatcher(config: StringMatcherConfig): StringPredicate {
  const { kind, ignoreCase } = config;
  if (kind === 'regex') {
    const regex = compileRegex(config.value);
    return (text) => regex.fullMatch(text);
  }
  if (!ignoreCase) return caseSensitive(kind, config.value);
  const match = caseSensitive(kind, lowerAscii(config.value));
  return (text) => match(lowerAscii(text));
}

function caseSensitive(kind: 'exact' | 'prefix' | 'suffix' | 'contains', value: string): StringPredicate {
  switch (kind) {
    case 'exact':
      return (text) => text === value;
    case 'prefix':
      return (text) => text.startsWith(value);
    case 'suffix':
      return (text) => text.endsWith(value);
    case 'contains':
      return (text) => text.includes(value);
  }
}

const upperAscii = /[A-Z]/;

/** Lower-cases A–Z only: header bytes above 0x7f are not letters to Envoy. */
export function lowerAscii(text: string): string {
  if (!upperAscii.test(text)) return text;
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}
