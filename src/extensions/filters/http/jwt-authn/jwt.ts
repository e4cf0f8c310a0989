import { decodeBase64Url } from '../../../../base/base64.js';

export type Json = { readonly [key: string]: unknown };

/** A token in its parts (RFC 7519), not verified. */
export interface Jwt {
  readonly text: string;
  readonly header: Json;
  readonly alg: string;
  readonly kid: string;
  readonly payload: Json;
  /** As it stands in the token. */
  readonly payloadText: string;
  readonly signature: Buffer;
  /** Header and payload, which the signature is of. */
  readonly signed: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  /** Seconds since the epoch; 0 when the token does not say. */
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly expires: number;
}

/** Texts are what clients are told. */
export const JwtStatus = {
  ok: 'OK',
  missing: 'Jwt is missing',
  notYetValid: 'Jwt not yet valid',
  expired: 'Jwt is expired',
  badFormat: 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
  headerBase64: 'Jwt header is an invalid Base64url encoded',
  headerJson: 'Jwt header is an invalid JSON',
  headerAlg: 'Jwt header [alg] field is required and must be a string',
  algUnknown: 'Jwt header [alg] is not supported',
  headerKid: 'Jwt header [kid] field is not a string',
  payloadBase64: 'Jwt payload is an invalid Base64url encoded',
  payloadJson: 'Jwt payload is an invalid JSON',
  signatureBase64: 'Jwt signature is an invalid Base64url encoded',
  unknownIssuer: 'Jwt issuer is not configured',
  audience: 'Audiences in Jwt are not allowed',
  verification: 'Jwt verification fails',
  noKey: "Jwks doesn't have key to match kid or alg from Jwt",
  fetchFailed: 'Jwks remote fetch is failed',
} as const;

const algorithms = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'HS256',
  'HS384',
  'HS512',
  'EdDSA',
]);

/** A token in its parts; a text is what is wrong with it. */
export function parseJwt(text: string): Jwt | string {
  const sections = text.split('.');
  const [headerText = '', payloadText = '', signatureText = ''] = sections;
  if (sections.length !== 3 || sections.includes('')) return JwtStatus.badFormat;
  const headerBytes = decodeSection(headerText);
  if (headerBytes === null) return JwtStatus.headerBase64;
  const header = parseObject(headerBytes);
  if (header === null) return JwtStatus.headerJson;
  const { alg, kid = '' } = header;
  if (typeof alg !== 'string') return JwtStatus.headerAlg;
  if (!algorithms.has(alg)) return JwtStatus.algUnknown;
  if (typeof kid !== 'string') return JwtStatus.headerKid;
  const payloadBytes = decodeSection(payloadText);
  if (payloadBytes === null) return JwtStatus.payloadBase64;
  const payload = parseObject(payloadBytes);
  if (payload === null) return JwtStatus.payloadJson;
  const claims = readClaims(payload);
  if (typeof claims === 'string') return claims;
  const signature = decodeSection(signatureText);
  if (signature === null || signature.length === 0) return JwtStatus.signatureBase64;
  const signed = `${headerText}.${payloadText}`;
  return { text, header, alg, kid, payload, payloadText, signature, signed, ...claims };
}

/** Blanks and padding are overlooked, as Envoy's library does. */
function decodeSection(text: string): Buffer | null {
  return decodeBase64Url(text.replaceAll(/\s/g, '').replace(/={1,2}$/, ''));
}

function parseObject(bytes: Buffer): Json | null {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}

type Claims = Pick<Jwt, 'issuer' | 'subject' | 'audiences' | 'issuedAt' | 'notBefore' | 'expires'>;

function readClaims(payload: Json): Claims | string {
  const { iss = '', sub = '', aud = [] } = payload;
  if (typeof iss !== 'string') return 'Jwt payload [iss] field is not a string';
  if (typeof sub !== 'string') return 'Jwt payload [sub] field is not a string';
  for (const name of ['iat', 'nbf', 'exp']) {
    const value = payload[name];
    if (value === undefined) continue;
    if (typeof value !== 'number') return `Jwt payload [${name}] field is not an integer`;
    if (value < 0 || value > 9.2e18) return `Jwt payload [${name}] field is not a positive 64 bit integer`;
  }
  const audiences = typeof aud === 'string' ? [aud] : aud;
  if (!isTexts(audiences)) return 'Jwt payload [aud] field is not a string or string list';
  const seconds = (name: string): number => Math.floor(Number(payload[name] ?? 0));
  return {
    issuer: iss,
    subject: sub,
    audiences,
    issuedAt: seconds('iat'),
    notBefore: seconds('nbf'),
    expires: seconds('exp'),
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
