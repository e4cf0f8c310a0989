import type { CodecError, Http1BodyKind } from '../../api/codec.js';
import type { HeaderMap } from '../../base/header-map.js';
import { Refusal, refuse } from './codec-errors.js';
import { fieldScan } from './field-scanner.js';
import { HeaderRole } from './header-names.js';

/** What the framing fields of the head just read say; one per thread, refilled by `readFramingFields`. */
export const framingFields = {
  /** Content-Length, -1 when there is none. */
  length: -1,
  /** Transfer-Encoding is exactly `chunked`. */
  isChunked: false,
  hasCoding: false,
};

const lengthDigits = 16;

/** `1*DIGIT` up to 2^53-1, else -1. Leading zeros count for nothing. */
export function parseLength(text: string): number {
  if (text.length === 0) return -1;
  let value = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    if (digits > 0 || digit > 0) digits++;
    if (digits > lengthDigits) return -1;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}

/**
 * Reads Content-Length and Transfer-Encoding as RFC 9112 section 6 has a strict recipient do it: a repeated length
 * is refused even when the values agree, and `chunked` is the only coding there is.
 */
export function readFramingFields(headers: HeaderMap, allowChunkedLength: boolean): CodecError | null {
  framingFields.length = -1;
  framingFields.isChunked = false;
  framingFields.hasCoding = false;
  const { roles, repeated } = fieldScan;
  if ((roles & (HeaderRole.contentLength | HeaderRole.transferEncoding)) === 0) return null;
  if ((repeated & HeaderRole.contentLength) !== 0)
    return refuse(Refusal.malformed, 'repeated content-length');
  const hasLength = (roles & HeaderRole.contentLength) !== 0;
  if (hasLength) {
    framingFields.length = parseLength(headers.get('content-length') ?? '');
    if (framingFields.length < 0) return refuse(Refusal.malformed, 'content-length is not a number');
  }
  if ((roles & HeaderRole.transferEncoding) === 0) return null;
  return readCoding(headers, allowChunkedLength, hasLength);
}

function readCoding(headers: HeaderMap, allowChunkedLength: boolean, hasLength: boolean): CodecError | null {
  const isRepeated = (fieldScan.repeated & HeaderRole.transferEncoding) !== 0;
  const coding = headers.get('transfer-encoding') ?? '';
  framingFields.hasCoding = true;
  framingFields.isChunked = !isRepeated && (coding === 'chunked' || coding.toLowerCase() === 'chunked');
  if (hasLength && !(framingFields.isChunked && allowChunkedLength)) {
    return refuse(Refusal.lengthAndChunked, 'both content-length and transfer-encoding');
  }
  if (!framingFields.isChunked) return refuse(Refusal.unknownCoding, 'transfer-encoding other than chunked');
  if (hasLength) {
    headers.remove('content-length');
    framingFields.length = -1;
  }
  return null;
}

/** How long a body with these framing fields is, when the message may have one. */
export function bodyKindOf(unframed: Http1BodyKind): Http1BodyKind {
  if (framingFields.isChunked) return 'chunked';
  if (framingFields.length > 0) return 'length';
  return framingFields.length === 0 ? 'none' : unframed;
}
