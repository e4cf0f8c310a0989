import type { RequestHeaders } from '../base/header-map.js';
import type { ManagerConfig } from './manager-config.js';

export type PathOutcome = 'ok' | 'reject' | 'redirect';

/**
 * Path normalisation of the connection manager: fragments, escaped slashes, RFC 3986 dot segments, repeated slashes.
 * Changes `headers.path` in place; query strings are never touched.
 */
export function normalizePath(headers: RequestHeaders, config: ManagerConfig): PathOutcome {
  const { path } = headers;
  if (path.includes('#')) return 'reject';
  const { escapedSlashes, mergeSlashes } = config;
  if (escapedSlashes === 'KEEP_UNCHANGED' && config.normalizePath !== true && !mergeSlashes) return 'ok';
  const mark = path.indexOf('?');
  let plain = mark < 0 ? path : path.slice(0, mark);
  const query = mark < 0 ? '' : path.slice(mark);
  let redirects = false;
  if (escapedSlashes !== 'KEEP_UNCHANGED' && escapedSlash.test(plain)) {
    plain = plain.replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
    if (escapedSlashes === 'REJECT_REQUEST') {
      // Logs show the path without its escapes, as Envoy's do.
      headers.path = plain + query;
      return 'reject';
    }
    redirects = escapedSlashes === 'UNESCAPE_AND_REDIRECT';
  }
  if (config.normalizePath === true) {
    const canonical = canonicalPath(plain);
    if (canonical === null) return 'reject';
    plain = canonical;
  }
  if (mergeSlashes) plain = plain.replace(/\/{2,}/g, '/');
  headers.path = plain + query;
  return redirects ? 'redirect' : 'ok';
}

const escapedSlash = /%(?:2f|5c)/i;
const unreserved = /[A-Za-z0-9\-._~]/;

/** Dot segments removed, backslashes turned, unreserved characters decoded, illegal ones escaped; null when invalid. */
function canonicalPath(path: string): string | null {
  const segments: string[] = [];
  const parts = path.replaceAll('\\', '/').split('/');
  for (let i = 1; i < parts.length; i++) {
    const segment = decodeUnreserved(parts[i] as string);
    if (segment === null) return null;
    const isLast = i === parts.length - 1;
    if (segment === '.') {
      if (isLast) segments.push('');
    } else if (segment === '..') {
      segments.pop();
      if (isLast) segments.push('');
    } else {
      segments.push(segment);
    }
  }
  return `/${segments.join('/')}`;
}

function decodeUnreserved(segment: string): string | null {
  let out = '';
  for (let i = 0; i < segment.length; i++) {
    const c = segment[i] as string;
    if (c !== '%') {
      out += isLegal(c) ? c : encodeURIComponent(c);
      continue;
    }
    const code = segment.slice(i + 1, i + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(code)) {
      out += c;
      continue;
    }
    if (code === '00') return null;
    const decoded = String.fromCharCode(Number.parseInt(code, 16));
    out += unreserved.test(decoded) ? decoded : `%${code}`;
    i += 2;
  }
  return out;
}

function isLegal(c: string): boolean {
  return c > ' ' && c < '\x7f' && !'"<>`{}^|'.includes(c);
}

/** Host normalisation: trailing dot and port, as configured. */
export function normalizeHost(headers: RequestHeaders, config: ManagerConfig, listenerPort: number): void {
  if (!config.stripTrailingHostDot && !config.stripAnyHostPort && !config.stripMatchingHostPort) return;
  const text = headers.authority;
  const colon = text.endsWith(']') ? -1 : text.lastIndexOf(':');
  let host = colon < 0 ? text : text.slice(0, colon);
  let port = colon < 0 ? '' : text.slice(colon + 1);
  if (config.stripTrailingHostDot && host.endsWith('.')) host = host.slice(0, -1);
  if (config.stripAnyHostPort) port = '';
  else if (config.stripMatchingHostPort && port === String(listenerPort)) port = '';
  headers.authority = port === '' ? host : `${host}:${port}`;
}
