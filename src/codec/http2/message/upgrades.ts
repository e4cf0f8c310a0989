import type { RequestHeaders, ResponseHeaders } from '../../../base/header-map.js';

/**
 * Upgrades of HTTP/1 and extended CONNECTs (RFC 8441) are the same thing to the proxy: inside it they look like the
 * former. Codecs of HTTP/2 translate at the edge.
 */

/** Turns an extended CONNECT into the upgrade that it stands for; answers the upgrade's type. */
export function upgradeOfConnect(headers: RequestHeaders): string {
  const type = headers.protocol;
  headers.protocol = '';
  headers.method = 'GET';
  headers.set('upgrade', type);
  headers.set('connection', 'upgrade');
  return type;
}

/** Turns an upgrade into an extended CONNECT, on a copy; answers null when it is none. */
export function connectOfUpgrade(headers: RequestHeaders): RequestHeaders | null {
  const type = headers.get('upgrade');
  if (type === undefined) return null;
  const connect = headers.clone();
  connect.method = 'CONNECT';
  connect.protocol = type;
  connect.remove('upgrade');
  connect.remove('connection');
  connect.remove('content-length');
  return connect;
}

/** The answer to an extended CONNECT as HTTP/1 would give it. */
export function switchOfConnect(headers: ResponseHeaders, type: string): void {
  if (headers.status !== 200) return;
  headers.status = 101;
  headers.set('upgrade', type);
  headers.set('connection', 'upgrade');
}
