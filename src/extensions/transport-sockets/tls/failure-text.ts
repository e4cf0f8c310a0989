/** Errors of the TLS library in the words and numbers of Envoy's, where scripts and people look for them. */

/** Number of the SSL part of the library, shifted to its place. */
const sslLibrary = 16 << 24;

/** Reasons by the name that Node's error codes end with: Envoy's name and number. */
const reasons: { readonly [code: string]: readonly [name: string, number: number, detail?: string] } = {
  HTTP_REQUEST: ['HTTP_REQUEST', 156],
  HTTPS_PROXY_REQUEST: ['HTTPS_PROXY_REQUEST', 155],
  WRONG_VERSION_NUMBER: ['WRONG_VERSION_NUMBER', 247],
  UNSUPPORTED_PROTOCOL: ['UNSUPPORTED_PROTOCOL', 240],
  VERSION_TOO_LOW: ['UNSUPPORTED_PROTOCOL', 240],
  NO_SHARED_CIPHER: ['NO_SHARED_CIPHER', 184],
  NO_SUITABLE_SIGNATURE_ALGORITHM: ['NO_COMMON_SIGNATURE_ALGORITHMS', 253],
  NO_SHARED_SIGNATURE_ALGORITHMS: ['NO_COMMON_SIGNATURE_ALGORITHMS', 253],
  NO_SUITABLE_KEY_SHARE: ['NO_SHARED_GROUP', 266],
  NO_SHARED_GROUPS: ['NO_SHARED_GROUP', 266],
  PEER_DID_NOT_RETURN_A_CERTIFICATE: [
    'PEER_DID_NOT_RETURN_A_CERTIFICATE',
    192,
    'peer did not provide required client certificate',
  ],
  UNEXPECTED_MESSAGE: ['UNEXPECTED_MESSAGE', 231],
  DECRYPTION_FAILED_OR_BAD_RECORD_MAC: ['DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 139],
  BAD_RECORD_TYPE: ['UNEXPECTED_RECORD', 232],
  LENGTH_MISMATCH: ['DECODE_ERROR', 137],
  LENGTH_TOO_SHORT: ['DECODE_ERROR', 137],
  BAD_PACKET_LENGTH: ['BAD_PACKET_LENGTH', 112],
  BAD_EXTENSION: ['ERROR_PARSING_EXTENSION', 149],
  PACKET_LENGTH_TOO_LONG: ['ENCRYPTED_LENGTH_TOO_LONG', 147],
  EXCESSIVE_MESSAGE_SIZE: ['EXCESSIVE_MESSAGE_SIZE', 150],
  WRONG_CIPHER_RETURNED: ['WRONG_CIPHER_RETURNED', 245],
  CERTIFICATE_VERIFY_FAILED: ['CERTIFICATE_VERIFY_FAILED', 125],
};

/** Alerts: their names here and there, and their number on the wire (RFC 8446, section 6). */
const alerts: { readonly [name: string]: number } = {
  CLOSE_NOTIFY: 0,
  UNEXPECTED_MESSAGE: 10,
  BAD_RECORD_MAC: 20,
  DECRYPTION_FAILED: 21,
  RECORD_OVERFLOW: 22,
  DECOMPRESSION_FAILURE: 30,
  HANDSHAKE_FAILURE: 40,
  NO_CERTIFICATE: 41,
  BAD_CERTIFICATE: 42,
  UNSUPPORTED_CERTIFICATE: 43,
  CERTIFICATE_REVOKED: 44,
  CERTIFICATE_EXPIRED: 45,
  CERTIFICATE_UNKNOWN: 46,
  ILLEGAL_PARAMETER: 47,
  UNKNOWN_CA: 48,
  ACCESS_DENIED: 49,
  DECODE_ERROR: 50,
  DECRYPT_ERROR: 51,
  EXPORT_RESTRICTION: 60,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  INTERNAL_ERROR: 80,
  INAPPROPRIATE_FALLBACK: 86,
  USER_CANCELLED: 90,
  NO_RENEGOTIATION: 100,
  UNSUPPORTED_EXTENSION: 110,
  UNRECOGNIZED_NAME: 112,
  CERTIFICATE_REQUIRED: 116,
  NO_APPLICATION_PROTOCOL: 120,
};

const alertCode = /^(SSLV3|SSL|TLSV1|TLSV13|TLS)_(?:ALERT_)?(.+)$/;

/** Behind the reason numbers come those of alerts. */
const firstAlertReason = 1000;

const nodePrefix = 'ERR_SSL_';

/**
 * `TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end` for the code of a socket's
 * error; empty when the code is the system's (`ECONNRESET`) and not the TLS library's.
 */
export function failureText(code: string): string {
  if (code.startsWith('TLS_error:')) return code;
  if (!code.startsWith(nodePrefix)) return '';
  const name = code.slice(nodePrefix.length);
  const known = reasons[name];
  if (known !== undefined) return tlsError(known[0], known[1], known[2] ?? '');
  const alert = alertCode.exec(name);
  const number = alert === null ? undefined : alerts[alert[2] ?? ''];
  if (alert !== null && number !== undefined) {
    const family = number >= 48 || number === 21 || number === 22 ? 'TLSV1' : 'SSLV3';
    const word = number === 112 || number === 116 || number === 110 ? '' : 'ALERT_';
    return tlsError(`${family}_${word}${alert[2]}`, firstAlertReason + number, '');
  }
  return tlsError(name, 0, '');
}

/** One entry of the library's error queue, the way Envoy prints it. */
export function tlsError(reason: string, number: number, detail: string): string {
  const more = detail === '' ? '' : `:${detail}`;
  return `TLS_error:|${sslLibrary + number}:SSL routines:OPENSSL_internal:${reason}${more}:TLS_error_end`;
}

/** What Envoy says of a peer's certificate that did not pass. */
export function verifyFailureText(detail: string): string {
  return tlsError('CERTIFICATE_VERIFY_FAILED', 125, detail === '' ? '' : `verify cert failed: ${detail}`);
}
