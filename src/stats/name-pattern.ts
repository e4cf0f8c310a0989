import { RE2JS } from 're2js';
import type { ConfigNode } from '../api/config-node.js';

/** A `StringMatcher` over stat names. */
export type NamePattern = {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex';
  readonly text: string;
  readonly ignoreCase: boolean;
};

export function parseNamePattern(node: ConfigNode): NamePattern {
  const ignoreCase = node.bool('ignore_case');
  const kind = node.oneof('match_pattern');
  if (kind === 'safe_regex') return { kind: 'regex', text: parseRegex(node), ignoreCase: false };
  if (kind === 'exact' || kind === 'prefix' || kind === 'suffix' || kind === 'contains') {
    return { kind, text: node.string(kind), ignoreCase };
  }
  if (kind === 'custom') node.unsupported('custom');
  else node.error('one of exact, prefix, suffix, contains, safe_regex is required');
  return { kind: 'exact', text: '', ignoreCase: false };
}

function parseRegex(node: ConfigNode): string {
  const matcher = node.message('safe_regex');
  const text = matcher?.string('regex') ?? '';
  const problem = regexProblem(text);
  if (problem !== undefined) (matcher ?? node).error(problem, 'regex');
  matcher?.noEffect('google_re2', 'every expression is RE2');
  return text;
}

/** Why RE2 refuses an expression; undefined when it accepts it. */
export function regexProblem(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The pattern as a test of names; expressions match whole names. */
export function compileNamePattern(pattern: NamePattern): (name: string) => boolean {
  if (pattern.kind === 'regex') {
    const regex = RE2JS.compile(pattern.text);
    return (name) => regex.testExact(name);
  }
  const wanted = pattern.ignoreCase ? pattern.text.toLowerCase() : pattern.text;
  const folded = pattern.ignoreCase
    ? (name: string): string => name.toLowerCase()
    : (name: string): string => name;
  switch (pattern.kind) {
    case 'exact':
      return (name) => folded(name) === wanted;
    case 'prefix':
      return (name) => folded(name).startsWith(wanted);
    case 'suffix':
      return (name) => folded(name).endsWith(wanted);
    case 'contains':
      return (name) => folded(name).includes(wanted);
  }
}
