import type { RequestHeaders, ResponseHeaders } from '../../base/header-map.js';
import { HeaderClass } from '../../base/header-map.js';

/** How a message's body is delimited on the wire (RFC 9112 section 6). */
export type Framing =
  /** No body, and no header that says so. */
  | 'none'
  /** `content-length: 0` is added. */
  | 'empty'
  /** The head carries its content-length already. */
  | 'length'
  /** `transfer-encoding: chunked` is added. */
  | 'chunked'
  /** Ended by closing the connection; HTTP/1.0 responses. */
  | 'until-close';

const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'TRACE', 'CONNECT']);

/**
 * Framing of a request: a method without body semantics gets no `content-length: 0`. What follows the head of a
 * `tunnel` has no framing but the length that the client gave.
 */
export function requestFraming(headers: RequestHeaders, body: 'ended' | 'open' | 'tunnel'): Framing {
  if ((headers.classes & HeaderClass.contentLength) !== 0 && headers.has('content-length')) return 'length';
  if (body === 'tunnel') return 'none';
  if (body === 'ended') return bodiless.has(headers.method) ? 'none' : 'empty';
  return headers.method === 'CONNECT' ? 'none' : 'chunked';
}

/** Framing of a response to `method` on a connection of that version. */
export function responseFraming(
  headers: ResponseHeaders,
  endStream: boolean,
  method: string,
  isHttp10: boolean,
): Framing {
  const { status } = headers;
  if (status < 200 || status === 204) return 'none';
  if (method === 'CONNECT' && status < 300) return 'none';
  if (headers.has('content-length')) return 'length';
  if (status === 304) return 'none';
  // A HEAD is told how a GET would be framed; no chunk follows.
  if (method === 'HEAD') return isHttp10 ? 'none' : 'chunked';
  if (endStream) return 'empty';
  return isHttp10 ? 'until-close' : 'chunked';
}
