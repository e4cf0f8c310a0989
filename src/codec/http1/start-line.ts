import { targetByte, tokenLower, valueByte } from './byte-classes.js';
import { Refusal, refuse } from './codec-errors.js';
import { incomplete, isControl, refuseScan } from './field-scanner.js';

const CR = 13;
const LF = 10;
const SP = 32;

/** The start line just scanned: one per thread, used before the next scan. */
export const startLine = {
  method: '',
  targetStart: 0,
  targetEnd: 0,
  /** 9, 10, 11 … as major × 10 + minor. */
  version: 0,
  status: 0,
};

/** `HTTP/` */
const versionPrefix = [72, 84, 84, 80, 47];

/** The methods that Envoy's codec knows and llhttp knows too, by name. */
const methods = new Map(
  `ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY OPTIONS
  PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK
  UNSUBSCRIBE`
    .split(/\s+/)
    .map((name) => [name, name]),
);

/** `method SP request-target SP HTTP-version CRLF`; runs of SP are one, as Envoy and llhttp have it. */
export function scanRequestLine(buffer: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && tokenLower[buffer[at]!] !== 0) at++;
  if (at >= end) return incomplete;
  if (at === from) return refuseScan(refuse(Refusal.malformed, 'invalid method'));
  if (buffer[at] !== SP) return refuseByte(buffer[at]!, 'invalid method');
  const method = methodAt(buffer, from, at);
  if (method === undefined) return refuseScan(refuse(Refusal.malformed, 'unknown method'));
  startLine.method = method;
  while (at < end && buffer[at] === SP) at++;
  startLine.targetStart = at;
  while (at < end && targetByte[buffer[at]!] === 1) at++;
  startLine.targetEnd = at;
  if (at >= end) return incomplete;
  if (at === startLine.targetStart) return refuseScan(refuse(Refusal.malformed, 'no request target'));
  if (buffer[at] === CR) return endOfSimpleRequest(buffer, at, end);
  if (buffer[at] !== SP) return refuseByte(buffer[at]!, 'invalid byte in the request target');
  while (at < end && buffer[at] === SP) at++;
  at = scanVersion(buffer, at, end);
  if (at < 0) return at;
  return scanLineEnd(buffer, at, end);
}

function refuseByte(byte: number, message: string): number {
  const isText = byte === CR || byte === LF || !isControl(byte);
  return refuseScan(refuse(isText ? Refusal.malformed : Refusal.invalidCharacters, message));
}

function methodAt(buffer: Buffer, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 3 && buffer[start] === 71 && buffer[start + 1] === 69 && buffer[start + 2] === 84)
    return 'GET';
  if (length === 4 && buffer[start] === 80 && buffer[start + 1] === 79 && buffer[start + 2] === 83) {
    if (buffer[start + 3] === 84) return 'POST';
  }
  return length > 16 ? undefined : methods.get(buffer.latin1Slice(start, end));
}

/** A line without a version is HTTP/0.9, which gets the answer for old versions; one without a target is nothing. */
function endOfSimpleRequest(buffer: Buffer, at: number, end: number): number {
  const isPath = buffer[startLine.targetStart] === 47;
  if (!isPath && startsWithProtocol(buffer, startLine.targetStart))
    return refuseScan(refuse(Refusal.malformed, 'no request target'));
  startLine.version = 9;
  return scanLineEnd(buffer, at, end);
}

function startsWithProtocol(buffer: Buffer, from: number): boolean {
  return versionPrefix.every((byte, i) => buffer[from + i] === byte);
}

function scanVersion(buffer: Buffer, from: number, end: number): number {
  for (let i = 0; i < 8; i++) {
    if (from + i >= end) return incomplete;
    const byte = buffer[from + i]!;
    const isRight = i < 5 ? byte === versionPrefix[i] : i === 6 ? byte === 46 : byte >= 48 && byte <= 57;
    if (!isRight) return refuseScan(refuse(Refusal.malformed, 'invalid HTTP version'));
  }
  startLine.version = (buffer[from + 5]! - 48) * 10 + (buffer[from + 7]! - 48);
  return from + 8;
}

function scanLineEnd(buffer: Buffer, at: number, end: number): number {
  if (at >= end) return incomplete;
  if (buffer[at] !== CR) return refuseScan(refuse(Refusal.malformed, 'start line does not end with CRLF'));
  if (at + 1 >= end) return incomplete;
  if (buffer[at + 1] !== LF)
    return refuseScan(refuse(Refusal.malformed, 'start line does not end with CRLF'));
  return at + 2;
}

/** `HTTP-version SP 3DIGIT [SP reason-phrase] CRLF`; the phrase is dropped, its bytes are still held to the rules. */
export function scanStatusLine(buffer: Buffer, from: number, end: number): number {
  let at = scanVersion(buffer, from, end);
  if (at < 0) return at;
  if (at >= end) return incomplete;
  if (buffer[at] !== SP) return refuseScan(refuse(Refusal.malformed, 'invalid status line'));
  at++;
  let status = 0;
  for (const last = at + 3; at < last; at++) {
    if (at >= end) return incomplete;
    const digit = buffer[at]! - 48;
    if (digit < 0 || digit > 9) return refuseScan(refuse(Refusal.malformed, 'invalid status code'));
    status = status * 10 + digit;
  }
  if (at >= end) return incomplete;
  if (status < 100) return refuseScan(refuse(Refusal.malformed, 'invalid status code'));
  startLine.status = status;
  if (buffer[at] !== SP && buffer[at] !== CR)
    return refuseScan(refuse(Refusal.malformed, 'invalid status code'));
  while (at < end && valueByte[buffer[at]!] === 1) at++;
  return scanLineEnd(buffer, at, end);
}
