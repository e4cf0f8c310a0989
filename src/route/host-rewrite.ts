import type { ConfigNode } from '../api/config-node.js';
import type { LogContext } from '../api/stream-info.js';
import type { RequestHeaders } from '../base/header-map.js';
import { toByteText } from '../format/byte-text.js';
import { compileFormat, formatProblem } from '../format/text-format.js';
import type { HostRewriteConfig } from './config-types.js';
import { pathEnd } from './path-text.js';
import { buildRegexRewrite, parseRegexRewrite } from './regex-rewrite.js';

/** Reads the `host_rewrite_specifier` oneof of a route action. */
export function parseHostRewrite(node: ConfigNode): HostRewriteConfig | null {
  if (node.has('host_rewrite_literal'))
    return { kind: 'literal', value: node.string('host_rewrite_literal') };
  if (node.has('auto_host_rewrite')) return node.bool('auto_host_rewrite') ? { kind: 'auto' } : null;
  if (node.has('host_rewrite_header')) {
    return { kind: 'header', header: node.string('host_rewrite_header').toLowerCase() };
  }
  const regex = node.message('host_rewrite_path_regex');
  if (regex !== undefined) return { kind: 'path-regex', ...parseRegexRewrite(regex) };
  if (!node.has('host_rewrite')) return null;
  const format = node.string('host_rewrite');
  const problem = formatProblem(format);
  if (problem === undefined) return { kind: 'format', format };
  node.error(problem, 'host_rewrite');
  return null;
}

/** The new host of a request; empty leaves it as it is. */
export type HostRewrite = (headers: RequestHeaders, context: LogContext) => string;

/** Null for none, and for `auto`, which the router does when it knows the upstream host. */
export function buildHostRewrite(config: HostRewriteConfig | null): HostRewrite | null {
  if (config === null) return null;
  switch (config.kind) {
    case 'auto':
      return null;
    case 'literal': {
      const host = toByteText(config.value);
      return () => host;
    }
    case 'header': {
      const { header } = config;
      return (headers) => headers.get(header) ?? '';
    }
    case 'path-regex': {
      const rewrite = buildRegexRewrite(config);
      return (headers) => rewrite(headers.path.slice(0, pathEnd(headers.path)));
    }
    case 'format': {
      const render = compileFormat(config.format, { omitEmptyValues: true });
      return (_, context) => render(context);
    }
  }
}

/** Puts a new host in place, records the old one, and appends it to `x-forwarded-host` when asked to. */
export function setAuthority(headers: RequestHeaders, host: string, appendXForwardedHost: boolean): void {
  const old = headers.authority;
  if (appendXForwardedHost && old !== '') appendForwardedHost(headers, old);
  headers.set('x-envoy-original-host', old);
  headers.authority = host;
}

/** Not again when the last entry is that host already. */
function appendForwardedHost(headers: RequestHeaders, host: string): void {
  const entries = headers.joined('x-forwarded-host')?.split(',');
  if (entries?.at(-1)?.trim() !== host) headers.append('x-forwarded-host', host);
}
