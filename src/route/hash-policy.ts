import type { ConfigNode } from '../api/config-node.js';
import type { HashPolicyConfig } from './config-types.js';
import { parseRegexRewrite } from './regex-rewrite.js';

/** Reads `RouteAction.HashPolicy`; undefined for one that hashes nothing. */
export function parseHashPolicy(node: ConfigNode): HashPolicyConfig | undefined {
  const source = parseSource(node);
  return source === undefined ? undefined : { terminal: node.bool('terminal'), source };
}

function parseSource(node: ConfigNode): HashPolicyConfig['source'] | undefined {
  const header = node.message('header');
  if (header !== undefined) {
    const rewrite = header.message('regex_rewrite');
    const name = header.string('header_name').toLowerCase();
    return { kind: 'header', name, rewrite: rewrite === undefined ? null : parseRegexRewrite(rewrite) };
  }
  const cookie = node.message('cookie');
  if (cookie !== undefined) return parseCookie(cookie);
  const connection = node.message('connection_properties');
  if (connection !== undefined) return connection.bool('source_ip') ? { kind: 'source-ip' } : undefined;
  const query = node.message('query_parameter');
  if (query !== undefined) return { kind: 'query-parameter', name: query.string('name') };
  const state = node.message('filter_state');
  return state === undefined ? undefined : { kind: 'filter-state', key: state.string('key') };
}

function parseCookie(node: ConfigNode): HashPolicyConfig['source'] {
  return {
    kind: 'cookie',
    name: node.string('name'),
    ttlMs: node.optionalDuration('ttl') ?? null,
    path: node.string('path'),
    attributes: node.list('attributes').map((attribute) => ({
      name: attribute.string('name'),
      value: attribute.string('value'),
    })),
  };
}
