const standard = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const url = /^[A-Za-z0-9_-]*$/;

/** Bytes of base64 in the standard alphabet (RFC 4648 section 4), padded or not; null when it is anything else. */
export function decodeBase64(text: string): Buffer | null {
  return standard.test(text) ? Buffer.from(text, 'base64') : null;
}

/** Bytes of base64url without padding (RFC 4648 section 5, as RFC 7515 uses it); null when it is anything else. */
export function decodeBase64Url(text: string): Buffer | null {
  return url.test(text) && text.length % 4 !== 1 ? Buffer.from(text, 'base64url') : null;
}

/** As `decodeBase64`, but only with its padding. */
export function decodePaddedBase64(text: string): Buffer | null {
  return text.length % 4 === 0 ? decodeBase64(text) : null;
}
