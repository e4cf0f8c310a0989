import type { ConfigNode } from '../api/config-node.js';
import type { HeaderMap } from '../base/header-map.js';
import type { HeaderPredicate } from './header-matcher.js';
import { buildStringMatcher, parseStringMatcher, type StringMatcherConfig } from './string-matcher.js';

/** `config.route.v3.CookieMatcher`, read. */
export type CookieMatcherConfig = {
  readonly name: string;
  readonly matcher: StringMatcherConfig;
  readonly invert: boolean;
};

export function parseCookieMatcher(node: ConfigNode): CookieMatcherConfig {
  const matcher = node.message('string_match');
  return {
    name: node.string('name'),
    matcher:
      matcher === undefined ? { kind: 'exact', value: '', ignoreCase: false } : parseStringMatcher(matcher),
    invert: node.bool('invert_match'),
  };
}

/** The first cookie of that name over all `cookie` lines (RFC 6265 section 4.2.1), quotes around it taken off. */
export function cookieValue(headers: HeaderMap, name: string): string | undefined {
  for (let i = headers.indexOf('cookie'); i >= 0; i = headers.indexOf('cookie', i + 1)) {
    const found = cookieIn(headers.values[i] as string, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function cookieIn(line: string, name: string): string | undefined {
  let at = 0;
  while (at < line.length) {
    const semicolon = line.indexOf(';', at);
    const end = semicolon < 0 ? line.length : semicolon;
    while (at < end && line.charCodeAt(at) === 32) at++;
    if (line.startsWith(name, at) && line.charCodeAt(at + name.length) === 61) {
      const value = line.slice(at + name.length + 1, end).trimEnd();
      return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    }
    at = end + 1;
  }
  return undefined;
}

export function buildCookieMatcher(config: CookieMatcherConfig): HeaderPredicate {
  const { name, invert } = config;
  const accepts = buildStringMatcher(config.matcher);
  return (headers) => {
    const value = cookieValue(headers, name);
    return (value !== undefined && accepts(value)) !== invert;
  };
}
