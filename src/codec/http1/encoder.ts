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

/**
 * How names are spelled: as they are, `Proper-Case`, or as the peer spelled them where `HeaderMap.originalNames`
 * remembers it.
 */
export type NameCase = 'lower' | 'proper' | 'preserve';

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
): string {
  const { method } = headers;
  if (!isToken(method)) throw new TypeError(`not a method: ${JSON.stringify(method)}`);
  const target = safeTarget(method === 'CONNECT' && headers.path === '' ? headers.authority : headers.path);
  const host = nameCase === 'lower' ? ' HTTP/1.1\r\nhost: ' : ' HTTP/1.1\r\nHost: ';
  const head = method + ' ' + target + host + (safeText(headers.authority) ?? '') + crlf;
  return head + encodeFields(headers, framing, nameCase) + framingLine(framing, nameCase);
}

/** Status line of HTTP/1.1 or, for `version` 10, HTTP/1.0; fields; framing; empty line. */
export function encodeResponseHead(
  headers: ResponseHeaders,
  framing: Framing,
  version = 11,
  nameCase: NameCase = 'lower',
): string {
  return (
    statusLine(headers.status, version) +
    encodeFields(headers, framing, nameCase) +
    framingLine(framing, nameCase)
  );
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
function framingLine(framing: Framing, nameCase: NameCase): string {
  if (framing === 'chunked') {
    return nameCase === 'proper'
      ? 'Transfer-Encoding: chunked\r\n\r\n'
      : 'transfer-encoding: chunked\r\n\r\n';
  }
  if (framing !== 'empty') return '\r\n';
  return nameCase === 'proper' ? 'Content-Length: 0\r\n\r\n' : 'content-length: 0\r\n\r\n';
}

/**
 * Content-Length is written only under `length`, once, at its place; Transfer-Encoding never: what the map says of
 * framing must not contradict what the codec does. A field that filters filled with CR, LF or NUL, or whose name is
 * no token, is left out: better a header missing than one smuggled in.
 */
function encodeFields(headers: HeaderMap, framing: Framing, nameCase: NameCase): string {
  const { names, values } = headers;
  const hasFraming = (headers.classes & framingClasses) !== 0;
  let isLengthDue = framing === 'length';
  let text = '';
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (hasFraming && isFraming(name)) {
      if (name !== 'content-length' || !isLengthDue) continue;
      isLengthDue = false;
    }
    const line = nameLine(headers, i, name, nameCase);
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

function nameLine(headers: HeaderMap, index: number, name: string, nameCase: NameCase): string {
  if (nameCase === 'lower') return lowerLine(name);
  if (nameCase === 'proper') return properLine(name);
  const original = headers.originalNames?.[index];
  return original !== undefined && original.length === name.length && isToken(original)
    ? `${original}: `
    : lowerLine(name);
}
