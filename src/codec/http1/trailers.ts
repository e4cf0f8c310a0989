import type { CodecError, Http1ParserOptions } from '../../api/codec.js';
import { HeaderClass, HeaderMap } from '../../base/header-map.js';
import { Refusal, refuse } from './codec-errors.js';
import { fieldScan, fieldValue } from './field-scanner.js';
import { HeaderRole } from './header-names.js';

const framingRoles = HeaderRole.contentLength | HeaderRole.transferEncoding;

/** Framing in a trailer comes too late to be anything but an attempt to confuse (RFC 9110 section 6.5.1). */
export function trailerError(options: Http1ParserOptions): CodecError | null {
  if ((fieldScan.roles & framingRoles) !== 0) {
    return refuse(Refusal.malformed, 'content-length or transfer-encoding among the trailers');
  }
  if (fieldScan.hasUnderscore && options.headersWithUnderscores === 'REJECT_REQUEST') {
    return refuse(Refusal.underscore, 'underscore in a trailer name');
  }
  return null;
}

/** The trailer fields just scanned, without those that make sense only in a head. */
export function buildTrailers(buffer: Buffer, end: number, options: Http1ParserOptions): HeaderMap {
  const trailers = new HeaderMap();
  const dropsUnderscores = options.headersWithUnderscores === 'DROP_HEADER';
  const text = buffer.latin1Slice(0, end);
  for (let i = 0; i < fieldScan.count; i++) {
    const name = fieldScan.names[i]!;
    if ((name.classes & HeaderClass.hopByHop) !== 0 || name.role === HeaderRole.host) continue;
    if (dropsUnderscores && name.hasUnderscore) continue;
    trailers.addKnown(name.text, fieldValue(i, text, 0), name.classes);
  }
  return trailers;
}
