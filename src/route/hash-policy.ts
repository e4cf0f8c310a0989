import type { ConfigNode } from '../api/config-node.js';
import type { HashPolicyView, RouteInput } from '../api/route.js';
import { xxHash64 } from '../base/xx-hash.js';
import { cookieValue } from '../match/cookie-matcher.js';
import { queryParameter } from '../match/query-matcher.js';
import type { HashPolicyConfig } from './config-types.js';
import { buildRegexRewrite, parseRegexRewrite } from './regex-rewrite.js';

/** Reads `RouteAction.HashPolicy`; undefined for one that hashes nothing. */
function parseHashPolicy(node: ConfigNode): HashPolicyConfig | undefined {
  const source = parseSource(node);
  return source === undefined ? undefined : { terminal: node.bool('terminal'), source };
}

/** Those of a list that hash anything. */
export function parseHashPolicies(node: ConfigNode, field: string): readonly HashPolicyConfig[] {
  return node
    .list(field)
    .map(parseHashPolicy)
    .filter((policy) => policy !== undefined);
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

/** One source of the hash; undefined when the request has nothing of it. `setCookies` takes cookies that it makes. */
type HashSource = (input: RouteInput, setCookies: string[] | null) => bigint | undefined;

function buildSource(source: HashPolicyConfig['source']): HashSource {
  switch (source.kind) {
    case 'header':
      return headerSource(source);
    case 'cookie':
      return cookieSource(source);
    case 'source-ip':
      return ({ info: { remoteAddress } }) =>
        remoteAddress.isIp && remoteAddress.ip !== '' ? xxHash64(remoteAddress.ip) : undefined;
    case 'query-parameter':
      return ({ headers }) => hashOf(queryParameter(headers.path, source.name));
    case 'filter-state':
      return ({ info }) => {
        const value = info.filterState?.get(source.key);
        return typeof value === 'string' ? xxHash64(value) : undefined;
      };
  }
}

function hashOf(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : xxHash64(text);
}

/** All values of the header in their alphabetical order, each hashed with the hash of those before. */
function headerSource({
  name,
  rewrite,
}: Extract<HashPolicyConfig['source'], { kind: 'header' }>): HashSource {
  const rewritten = rewrite === null ? null : buildRegexRewrite(rewrite);
  return ({ headers }) => {
    const first = headers.get(name);
    if (first === undefined) return undefined;
    const values = name.startsWith(':') ? [first] : headers.getAll(name);
    const texts = rewritten === null ? values : values.map(rewritten);
    let hash = 0n;
    for (const text of texts.sort()) hash = xxHash64(text, hash);
    return hash;
  };
}

/** A missing cookie is made from both addresses of the connection, so that its requests agree on it. */
function cookieSource(source: Extract<HashPolicyConfig['source'], { kind: 'cookie' }>): HashSource {
  const { name, ttlMs } = source;
  const attributes = cookieAttributes(source);
  return ({ headers, info: { connection } }, setCookies) => {
    const value = cookieValue(headers, name) ?? '';
    if (value !== '') return xxHash64(value);
    if (ttlMs === null || setCookies === null) return undefined;
    const addresses = `${connection.remoteAddress.text}${connection.localAddress.text}`;
    const made = xxHash64(addresses).toString(16).padStart(16, '0');
    setCookies.push(`${name}="${made}"${attributes}`);
    return xxHash64(made);
  };
}

function cookieAttributes(source: Extract<HashPolicyConfig['source'], { kind: 'cookie' }>): string {
  const { ttlMs, path, attributes } = source;
  const seconds = Math.floor((ttlMs ?? 0) / 1000);
  const parts = [
    ...(seconds > 0 ? [`Max-Age=${seconds}`] : []),
    ...(path === '' ? [] : [`Path=${path}`]),
    ...attributes.map(({ name, value }) => (value === '' ? name : `${name}=${value}`)),
    'HttpOnly',
  ];
  return parts.map((part) => `; ${part}`).join('');
}

/** The hash policies of a route: each result is mixed into those before it, until a terminal one has been reached. */
export class HashPolicies implements HashPolicyView {
  private readonly policies: readonly { readonly source: HashSource; readonly terminal: boolean }[];
  private readonly configs: readonly HashPolicyConfig[];

  constructor(configs: readonly HashPolicyConfig[]) {
    this.configs = configs;
    this.policies = configs.map(({ source, terminal }) => ({ source: buildSource(source), terminal }));
  }

  describe(): string {
    return this.configs.map(({ source }) => sourceText(source)).join(', ');
  }

  hash(input: RouteInput, setCookies: string[] | null): bigint | undefined {
    let hash: bigint | undefined;
    for (const { source, terminal } of this.policies) {
      const own = source(input, setCookies);
      if (own !== undefined) hash = hash === undefined ? own : rotated(hash) ^ own;
      if (terminal && hash !== undefined) break;
    }
    return hash;
  }
}

function sourceText(source: HashPolicyConfig['source']): string {
  if (source.kind === 'source-ip') return 'the source address';
  const name = source.kind === 'filter-state' ? source.key : source.name;
  return `${source.kind} ${name}`;
}

function rotated(hash: bigint): bigint {
  return ((hash << 1n) & 0xffff_ffff_ffff_ffffn) | (hash >> 63n);
}
