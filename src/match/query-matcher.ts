import type { ConfigNode } from '../api/config-node.js';
import { buildStringMatcher, parseStringMatcher, type StringMatcherConfig } from './string-matcher.js';

/** `config.route.v3.QueryParameterMatcher`, read. */
export type QueryMatcherConfig = {
  readonly name: string;
  /** Null: presence decides. */
  readonly matcher: StringMatcherConfig | null;
  readonly present: boolean;
};

export type PathPredicate = (path: string) => boolean;

export function parseQueryMatcher(node: ConfigNode): QueryMatcherConfig {
  const matcher = node.message('string_match');
  return {
    name: node.string('name'),
    matcher: matcher === undefined ? null : parseStringMatcher(matcher),
    present: node.bool('present_match', true),
  };
}

/** The first value of a query parameter, not decoded; undefined when the path has none of that name. */
export function queryParameter(path: string, name: string): string | undefined {
  let at = path.indexOf('?');
  if (at < 0) return undefined;
  const hash = path.indexOf('#', at);
  const length = hash < 0 ? path.length : hash;
  while (at < length) {
    const start = at + 1;
    const found = path.indexOf('&', start);
    const end = found < 0 || found > length ? length : found;
    if (path.startsWith(name, start)) {
      const after = start + name.length;
      if (after === end) return '';
      if (after < end && path.charCodeAt(after) === 61) return path.slice(after + 1, end);
    }
    at = end;
  }
  return undefined;
}

/** The same with `%XX` undone. */
export function decodedQueryParameter(path: string, name: string): string | undefined {
  const value = queryParameter(path, name);
  return value?.includes('%') === true
    ? value.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : value;
}

export function buildQueryMatcher(config: QueryMatcherConfig): PathPredicate {
  const { name, matcher, present } = config;
  if (matcher === null) return (path) => (queryParameter(path, name) !== undefined) === present;
  const accepts = buildStringMatcher(matcher);
  return (path) => {
    const value = queryParameter(path, name);
    return value !== undefined && accepts(value);
  };
}
