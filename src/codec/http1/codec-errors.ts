import type { CodecError } from '../../api/codec.js';

/** Refusals by kind: answer status and Envoy's response code details. */
export const Refusal = {
  malformed: { status: 400, details: 'http1.codec_error' },
  invalidCharacters: { status: 400, details: 'http1.invalid_characters' },
  invalidUrl: { status: 400, details: 'http1.invalid_url' },
  invalidScheme: { status: 400, details: 'http1.invalid_scheme' },
  invalidAuthority: { status: 400, details: 'http.invalid_authority' },
  connectionRejected: { status: 400, details: 'http1.connection_header_rejected' },
  lengthAndChunked: { status: 400, details: 'http1.content_length_and_chunked_not_allowed' },
  lengthNotAllowed: { status: 400, details: 'http1.content_length_not_allowed' },
  bodyDisallowed: { status: 400, details: 'http1.body_disallowed' },
  codingNotAllowed: { status: 400, details: 'http1.transfer_encoding_not_allowed' },
  unknownCoding: { status: 501, details: 'http1.invalid_transfer_encoding' },
  underscore: { status: 400, details: 'http1.unexpected_underscore' },
  headTooLarge: { status: 431, details: 'http1.headers_too_large' },
  tooManyHeaders: { status: 431, details: 'http1.too_many_headers' },
  lowVersion: { status: 426, details: 'low_version' },
} as const;

export type RefusalKind = (typeof Refusal)[keyof typeof Refusal];

export function refuse(kind: RefusalKind, message: string): CodecError {
  return { status: kind.status, details: kind.details, message };
}
