import type { CodecError } from '../../api/codec.js';
import type { HeaderMap, RequestHeaders } from '../../base/header-map.js';
import { Refusal, refuse } from './codec-errors.js';
import { fieldScan } from './field-scanner.js';
import { HeaderRole } from './header-names.js';

/** As many nominated names as Envoy reads; more look like an attack on the proxy behind. */
const nominationLimit = 9;
const teLengthLimit = 256;

const keptTokens = new Set(['close', 'keep-alive', 'upgrade', 'http2-settings']);
/** Trust decisions rest on these: a client may not have them removed. */
const protectedNames = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);

/** The non-empty members of a comma-separated list, trimmed and in lower case. */
export function listTokens(value: string): string[] {
  const tokens: string[] = [];
  for (const part of value.toLowerCase().split(',')) {
    const token = part.trim();
    if (token !== '') tokens.push(token);
  }
  return tokens;
}

export function hasToken(value: string | undefined, token: string): boolean {
  if (value === undefined) return false;
  if (value.length === token.length) return value === token || value.toLowerCase() === token;
  return value.length > token.length && listTokens(value).includes(token);
}

/** Whether the peer lets the connection live on: RFC 9112 section 9.3, and Proxy-Connection as Envoy reads it. */
export function wantsKeepAlive(headers: HeaderMap, version: number): boolean {
  const roles = fieldScan.roles;
  if ((roles & (HeaderRole.connection | HeaderRole.proxyConnection)) === 0) return version === 11;
  const connection = headers.joined('connection');
  if (connection === 'keep-alive' && (roles & HeaderRole.proxyConnection) === 0) return true;
  if (version < 11) return hasToken(connection, 'keep-alive');
  if (hasToken(connection, 'close')) return false;
  if ((roles & HeaderRole.proxyConnection) === 0) return true;
  return !hasToken(headers.joined('proxy-connection'), 'close');
}

/** The Upgrade field's value, when a `Connection: upgrade` stands behind it; else undefined. */
export function upgradeOf(headers: HeaderMap): string | undefined {
  const both = HeaderRole.connection | HeaderRole.upgrade;
  if ((fieldScan.roles & both) !== both) return undefined;
  return hasToken(headers.joined('connection'), 'upgrade') ? headers.joined('upgrade') : undefined;
}

/** Takes an upgrade out of a request that goes on as an ordinary one (h2c, and types the configuration ignores). */
export function removeUpgrade(headers: HeaderMap): void {
  const kept = listTokens(headers.joined('connection') ?? '').filter(
    (token) => token !== 'upgrade' && token !== 'http2-settings',
  );
  headers.remove('upgrade');
  headers.remove('http2-settings');
  setConnection(headers, kept);
}

function setConnection(headers: HeaderMap, tokens: readonly string[]): void {
  if (tokens.length === 0) headers.remove('connection');
  else headers.set('connection', tokens.join(','));
}

/**
 * Removes the fields that a request's Connection field nominates (RFC 9110 section 7.6.1) and leaves in it only the
 * tokens that are no field names. `te: trailers` stays: it is hop-by-hop, but this hop means it.
 */
export function removeNominated(headers: RequestHeaders): CodecError | null {
  if ((fieldScan.roles & HeaderRole.connection) === 0) return null;
  const value = headers.joined('connection') ?? '';
  if (value === 'keep-alive' || value === 'close') return null;
  const tokens = listTokens(value);
  if (tokens.length > nominationLimit) {
    return refuse(Refusal.connectionRejected, `${tokens.length} tokens in connection`);
  }
  for (const token of tokens) {
    if (keptTokens.has(token) || token === 'connection') continue;
    if (protectedNames.has(token) || token.startsWith(':')) {
      return refuse(Refusal.connectionRejected, `connection nominates ${token}`);
    }
    if (token === 'te') {
      if (!reduceTe(headers)) return refuse(Refusal.connectionRejected, 'te is too long');
    } else if (token === 'host') headers.authority = '';
    else headers.remove(token);
  }
  setConnection(
    headers,
    tokens.filter((token) => keptTokens.has(token)),
  );
  return null;
}

function reduceTe(headers: RequestHeaders): boolean {
  const te = headers.joined('te');
  if (te === undefined) return true;
  if (te.length >= teLengthLimit) return false;
  if (hasToken(te, 'trailers')) headers.set('te', 'trailers');
  else headers.remove('te');
  return true;
}
