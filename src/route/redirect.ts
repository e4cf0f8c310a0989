import type { ConfigNode } from '../api/config-node.js';
import type { RedirectView, RouteInput } from '../api/route.js';
import type { LogContext } from '../api/stream-info.js';
import type { RequestHeaders } from '../base/header-map.js';
import { toByteText } from '../format/byte-text.js';
import { compileFormat, formatProblem } from '../format/text-format.js';
import type { PathMatchConfig, RedirectConfig } from './config-types.js';
import { buildPathRewrite, type PathRewrite, parsePrefixOrRegex, setPath } from './path-rewrite.js';

const statuses: { readonly [name: string]: number } = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
};

/** Reads `RedirectAction`. */
export function parseRedirect(node: ConfigNode): RedirectConfig {
  const scheme =
    node.has('https_redirect') && node.bool('https_redirect') ? 'https' : node.string('scheme_redirect');
  const format = node.string('path_rewrite');
  const problem = formatProblem(format);
  if (problem !== undefined) node.error(problem, 'path_rewrite');
  const formatsPath = format !== '' && problem === undefined;
  const path = formatsPath ? format : node.string('path_redirect');
  return {
    kind: 'redirect',
    status: statuses[node.enum('response_code')] ?? 301,
    scheme,
    host: node.string('host_redirect'),
    port: node.number('port_redirect'),
    path: formatsPath ? path : rooted(path),
    formatsPath,
    pathRewrite: parsePrefixOrRegex(node),
    stripQuery: node.bool('strip_query'),
  };
}

function rooted(path: string): string {
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}

/** A redirect of the configuration. Its `location` also rewrites the request's path, as logs and headers show it. */
export class Redirect implements RedirectView {
  readonly kind: 'redirect';
  readonly status: number;
  private readonly config: RedirectConfig;
  private readonly host: string;
  private readonly path: string;
  /** Null unless the path is a format. */
  private readonly format: ((context: LogContext) => string) | null;
  private readonly rewrite: PathRewrite | null;

  constructor(config: RedirectConfig, match: PathMatchConfig) {
    this.kind = 'redirect';
    this.status = config.status;
    this.config = config;
    this.host = toByteText(config.host);
    this.path = toByteText(config.path);
    this.format = config.formatsPath ? compileFormat(config.path, { omitEmptyValues: true }) : null;
    this.rewrite = config.pathRewrite === null ? null : buildPathRewrite(config.pathRewrite, match);
  }

  location(input: RouteInput): string {
    const { headers } = input;
    if (this.rewrite !== null) setPath(headers, this.rewrite(headers.path, contextOf(input)));
    const scheme = this.config.scheme === '' ? headers.scheme : this.config.scheme;
    const port = this.config.port === 0 ? '' : `:${this.config.port}`;
    const host = this.host === '' ? hostWithoutPort(headers, scheme, port !== '') : this.host;
    return `${scheme}://${host}${port}${this.targetPath(headers.path, input)}`;
  }

  private targetPath(requestPath: string, input: RouteInput): string {
    const path = this.format === null ? this.path : rooted(this.format(contextOf(input)));
    if (path.includes('?')) return path;
    const question = requestPath.indexOf('?');
    const { stripQuery } = this.config;
    if (path === '') return stripQuery && question >= 0 ? requestPath.slice(0, question) : requestPath;
    return stripQuery || question < 0 ? path : path + requestPath.slice(question);
  }
}

function contextOf(input: RouteInput): LogContext {
  return {
    info: input.info,
    requestHeaders: input.headers,
    responseHeaders: null,
    responseTrailers: null,
    logType: '',
  };
}

/** The request's host; its port goes when a new one is given, or when it was the default of the old scheme. */
function hostWithoutPort(headers: RequestHeaders, newScheme: string, hasNewPort: boolean): string {
  const host = headers.authority;
  const colon = host.startsWith('[') ? host.lastIndexOf(']:') + 1 : host.lastIndexOf(':');
  if (colon <= 0) return host;
  const scheme = headers.get('x-forwarded-proto');
  const port = host.slice(colon);
  const wasDefault = (scheme === 'https' && port === ':443') || (scheme === 'http' && port === ':80');
  return hasNewPort || (newScheme !== scheme && wasDefault) ? host.slice(0, colon) : host;
}

/** What `require_tls` answers: the same place over https, the port kept as the request had it. */
export const tlsRedirect: RedirectView = {
  kind: 'redirect',
  status: 301,
  location: ({ headers }) => `https://${headers.authority}${headers.path}`,
};
