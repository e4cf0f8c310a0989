import type { ConfigNode } from '../api/config-node.js';
import { parseCookieMatcher } from '../match/cookie-matcher.js';
import { parseHeaderMatchers } from '../match/header-matcher.js';
import { parseMetadataMatcher } from '../match/metadata-matcher.js';
import { parseQueryMatcher } from '../match/query-matcher.js';
import { parseRegex, parseStringMatcher } from '../match/string-matcher.js';
import type { PathMatchConfig, RouteMatchConfig } from './config-types.js';
import { isUriTemplate } from './uri-template.js';

const always = { numerator: 100, denominator: 100, runtimeKey: '' };

/** Reads `config.route.v3.RouteMatch`. */
export function parseRouteMatch(node: ConfigNode): RouteMatchConfig {
  const grpc = node.message('grpc');
  return {
    path: parsePathMatch(node),
    runtimeFraction: node.has('runtime_fraction') ? node.fraction('runtime_fraction', always) : null,
    grpcOnly: grpc !== undefined,
    headers: parseHeaderMatchers(node, 'headers'),
    queryParameters: node.list('query_parameters').map(parseQueryMatcher),
    cookies: node.list('cookies').map(parseCookieMatcher),
    tls: parseTls(node),
    dynamicMetadata: node.list('dynamic_metadata').map(parseMetadataMatcher),
    filterState: parseFilterState(node),
  };
}

function parsePathMatch(node: ConfigNode): PathMatchConfig {
  const caseSensitive = node.bool('case_sensitive', true);
  if (node.has('path')) return { kind: 'path', value: node.string('path'), caseSensitive };
  if (node.has('safe_regex'))
    return { kind: 'regex', value: parseRegex(node, 'safe_regex'), caseSensitive: true };
  if (node.has('path_separated_prefix')) return parseSeparated(node, caseSensitive);
  if (node.has('connect_matcher')) {
    node.message('connect_matcher')?.honourAll();
    return { kind: 'connect', value: '', caseSensitive };
  }
  const policy = node.extension('path.matcher', 'path_match_policy');
  if (policy !== undefined && isUriTemplate(policy.config)) {
    const { pattern, variables } = policy.config;
    return { kind: 'regex', value: pattern, caseSensitive: true, variables };
  }
  return { kind: 'prefix', value: node.string('prefix'), caseSensitive };
}

function parseSeparated(node: ConfigNode, caseSensitive: boolean): PathMatchConfig {
  const value = node.string('path_separated_prefix');
  if (!/^[^?#]+[^?#/]$/.test(value)) {
    node.error('expected a path without query, fragment or trailing slash', 'path_separated_prefix');
  }
  return { kind: 'path-separated', value, caseSensitive };
}

function parseTls(node: ConfigNode): RouteMatchConfig['tls'] {
  const tls = node.message('tls_context');
  if (tls === undefined) return null;
  return {
    presented: tls.optionalBool('presented') ?? null,
    validated: tls.optionalBool('validated') ?? null,
  };
}

function parseFilterState(node: ConfigNode): RouteMatchConfig['filterState'] {
  return node.list('filter_state').map((matcher) => {
    matcher.unsupported('address_match', 'filter state is compared as text');
    const text = matcher.message('string_match');
    return {
      key: matcher.string('key'),
      matcher:
        text === undefined ? { kind: 'exact', value: '', ignoreCase: false } : parseStringMatcher(text),
    };
  });
}
