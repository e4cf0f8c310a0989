import {
  HeaderClass,
  type HeaderMap,
  type RequestHeaders,
  type ResponseHeaders,
} from '../../base/header-map.js';
import { isToken, safeTarget, safeText } from './field-safety.js';
import type { Framing } from './framing.js';
import { lowerLine, properLine } from './name-lines.js';
import { statusLine } from './status-lines.js';

/** How names are written whose spelling by the other peer `HeaderMap.spelling` does not remember. */
export type NameCase = 'lower' | 'proper';

/** Strings are joined with `+` here: a template calls ToString for each part (bench/micro/codec/http1-parser). */
const crlf = '\r\n';

/** Fields that only the codec writes. */
const framingClasses = HeaderClass.contentLength | HeaderClass.hopByHop;

/**
 * Request line, Host first as Envoy prints it, the fields in their order, framing, empty line. Characters of the
 * path that would break the line are percent-encoded; a method that is no token is our own fault and throws.
 */
export function encodeRequestHead(
  headers: RequestHeaders,
  framing: Framing,
  nameCase: NameCase = 'lower',
  sendsFullUrl = false,
): string {
  const { method, authority } = headers;
  if (!isToken(method)) throw new TypeError(`not a method: ${JSON.stringify(method)}`);
  const isConnect = method === 'CONNECT' && headers.path === '';
  const target = safeTarget(isConnect ? authority : sendsFullUrl ? fullUrl(headers) : headers.path);
  const host =
    headers.spelling === null && nameCase === 'lower' ? 'host: ' : spelledLine(headers, 'host', nameCase);
  const head = `${method} ${target} HTTP/1.1\r\n${host}${safeText(authority) ?? ''}${crlf}`;
  return head + encodeFields(headers, framing, nameCase) + framingLine(headers, framing, nameCase);
}

function fullUrl(headers: RequestHeaders): string {
  return `${headers.scheme || 'http'}://${headers.authority}${headers.path}`;
}

/** Status line of HTTP/1.1 or, for `version` 10, HTTP/1.0; fields; framing; empty line. */
export function encodeResponseHead(
  headers: ResponseHeaders,
  framing: Framing,
  version = 11,
  nameCase: NameCase = 'lower',
): string {
  return (
    startLine(headers, version) +
    encodeFields(headers, framing, nameCase) +
    framingLine(headers, framing, nameCase)
  );
}

/** The phrase of the origin, where a rule says that it goes on; else the status has its own. */
function startLine(headers: ResponseHeaders, version: number): string {
  const reason = headers.spelling?.reason ?? '';
  const line = statusLine(headers.status, version);
  return reason === '' ? line : `${line.slice(0, 13)}${safeText(reason) ?? ''}\r\n`;
}

/** The field lines of a trailer section, without the empty line. Framing fields are left out. */
export function encodeTrailers(trailers: HeaderMap, nameCase: NameCase = 'lower'): string {
  return encodeFields(trailers, 'none', nameCase);
}

/** The line before a chunk's data; `\r\n` follows them. */
export function encodeChunkLine(size: number): string {
  return `${size.toString(16)}\r\n`;
}

/** The end of a chunked body without trailers. */
export const lastChunk = '0\r\n\r\n';

/** The framing field that is not in the map, and the empty line. */
function framingLine(headers: HeaderMap, framing: Framing, nameCase: NameCase): string {
  if (framing !== 'chunked' && framing !== 'empty') return '\r\n';
  const name = framing === 'chunked' ? 'transfer-encoding' : 'content-length';
  const value = framing === 'chunked' ? 'chunked\r\n\r\n' : '0\r\n\r\n';
  return spelledLine(headers, name, nameCase) + value;
}

/**
 * Content-Length is written only under `length`, once, at its place; Transfer-Encoding never: what the map says of
 * framing must not contradict what the codec does. A field that filters filled with CR, LF or NUL, or whose name is
 * no token, is left out: better a header missing than one smuggled in.
 */
function encodeFields(headers: HeaderMap, framing: Framing, nameCase: NameCase): string {
  const { names, values } = headers;
  const hasFraming = (headers.classes & framingClasses) !== 0;
  const isPlain = nameCase === 'lower' && headers.spelling === null;
  let isLengthDue = framing === 'length';
  let text = '';
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (hasFraming && isFraming(name)) {
      if (name !== 'content-length' || !isLengthDue) continue;
      isLengthDue = false;
    }
    const line = isPlain ? lowerLine(name) : spelledLine(headers, name, nameCase);
    const value = headers.hasSuspect ? safeText(values[i] as string) : (values[i] as string);
    if (line !== '' && value !== null) text += line + value + crlf;
  }
  return text;
}

function isFraming(name: string): boolean {
  return (
    (name.length === 14 && name === 'content-length') || (name.length === 17 && name === 'transfer-encoding')
  );
}

/** `name: ` as the other peer spelled it, else by the connection's own rule. */
function spelledLine(headers: HeaderMap, name: string, nameCase: NameCase): string {
  const { spelling } = headers;
  if (spelling === null) return nameCase === 'lower' ? lowerLine(name) : properLine(name);
  const original = spelling.of(name);
  if (original !== undefined && isToken(original)) return `${original}: `;
  return spelling.isProperByDefault ? properLine(name) : lowerLine(name);
}
