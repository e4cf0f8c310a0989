import type { ConfigNode } from '../../../api/config-node.js';
import type { SessionState, SessionStateFactory } from '../../../api/session-state.js';
import type { SharedMemory } from '../../../api/thread-scope.js';
import { decodePaddedBase64 } from '../../../base/base64.js';
import type { RequestHeaders, ResponseHeaders } from '../../../base/header-map.js';
import { cookieValue } from '../../../match/cookie-matcher.js';
import { decodeSessionCookie, encodeSessionCookie } from './session-cookie.js';

type CookieConfig = {
  readonly name: string;
  readonly path: string;
  /** 0: the cookie lasts as long as the client's session. */
  readonly ttlSeconds: number;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
};

/** The host of a session in a cookie that the proxy sets. */
export const cookieSessionState: SessionStateFactory<CookieConfig> = {
  name: 'envoy.http.stateful_session.cookie',
  typeUrl: 'envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState',
  parse: parseCookieState,
  buildSessionState: (config, scope) => new CookieSessionState(config, scope.shared),
};

function parseCookieState(node: ConfigNode): CookieConfig {
  const cookie = node.message('cookie');
  const name = cookie?.string('name') ?? '';
  if (name === '') node.error('Cookie key cannot be empty for cookie based stateful sessions');
  return {
    name,
    path: cookie?.string('path') ?? '',
    ttlSeconds: Math.floor((cookie?.duration('ttl', 0) ?? 0) / 1000),
    attributes: (cookie?.list('attributes') ?? []).map((attribute) => ({
      name: attribute.string('name'),
      value: attribute.string('value'),
    })),
  };
}

class CookieSessionState implements SessionState {
  private readonly config: CookieConfig;
  private readonly shared: SharedMemory;
  private readonly suffix: string;

  constructor(config: CookieConfig, shared: SharedMemory) {
    this.config = config;
    this.shared = shared;
    const { ttlSeconds, path, attributes } = config;
    const parts = [
      ...(ttlSeconds > 0 ? [`Max-Age=${ttlSeconds}`] : []),
      ...(path === '' ? [] : [`Path=${path}`]),
      ...attributes.map(({ name, value }) => (value === '' ? name : `${name}=${value}`)),
      'HttpOnly',
    ];
    this.suffix = parts.map((part) => `; ${part}`).join('');
  }

  /** Browsers send the cookie below its path alone (RFC 6265 section 5.1.4). */
  concerns(headers: RequestHeaders): boolean {
    const { path } = this.config;
    if (path === '' || path === '/') return true;
    if (!headers.path.startsWith(path)) return false;
    const next = headers.path[path.length];
    return path.endsWith('/') || next === undefined || next === '/' || next === '?' || next === '#';
  }

  hostOf(headers: RequestHeaders): string {
    const value = cookieValue(headers, this.config.name) ?? '';
    const bytes = value === '' ? null : decodePaddedBase64(value);
    if (bytes === null) return '';
    const cookie = decodeSessionCookie(bytes);
    // Before there was a message, the cookie was the bare address.
    if (cookie === null) return bytes.toString('latin1');
    return cookie.expires !== 0 && this.nowSeconds() > cookie.expires ? '' : cookie.address;
  }

  tell(address: string, isSame: boolean, headers: ResponseHeaders): void {
    if (isSame) return;
    const { name, ttlSeconds } = this.config;
    const expires = ttlSeconds === 0 ? 0 : this.nowSeconds() + ttlSeconds;
    const value = encodeSessionCookie({ address, expires }).toString('base64');
    headers.add('set-cookie', `${name}="${value}"${this.suffix}`);
  }

  private nowSeconds(): number {
    return Math.floor(this.shared.nowMs() / 1000);
  }
}
