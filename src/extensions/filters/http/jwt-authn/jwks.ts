import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { type Jwt, JwtStatus } from './jwt.js';

/** One key of a set (RFC 7517). */
export interface Jwk {
  readonly kid: string;
  /** Empty: whatever its type can do. */
  readonly alg: string;
  readonly type: string;
  readonly curve: string;
  readonly key: KeyObject;
}

const curves: { readonly [alg: string]: string } = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** The usable keys of a set; null when the text is none. */
export function parseJwks(text: string): readonly Jwk[] | null {
  const keys = readJwks(text);
  return typeof keys === 'string' ? null : keys;
}

/** Why a text is no set of keys; null when it is one. */
export function jwksProblem(text: string): string | null {
  const keys = readJwks(text);
  return typeof keys === 'string' ? keys : null;
}

const laxToken = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d[\d.eE+-]*|[A-Za-z_$][\w$]*|,(?=\s*[}\]])/gs;

/**
 * Envoy reads key sets as it reads files: bare keys, single quotes and a last comma pass, and keys wrapped over lines,
 * which its own examples have.
 */
function strictToken(token: string): string {
  if (token === ',') return '';
  if (token[0] === '"') return token.replace(/[\t\r\n]+ */g, '');
  if (token[0] === "'")
    return strictToken(`"${token.slice(1, -1).replaceAll('"', '\\"').replaceAll("\\'", "'")}"`);
  return /^(?:[-\d]|(?:true|false|null)$)/.test(token) ? token : `"${token}"`;
}

function readJwks(text: string): readonly Jwk[] | string {
  let set: unknown;
  try {
    set = JSON.parse(text.replace(laxToken, strictToken));
  } catch {
    return 'Jwks is an invalid JSON';
  }
  if (typeof set !== 'object' || set === null || Array.isArray(set)) return 'Jwks is an invalid JSON';
  if (!('keys' in set)) return 'Jwks does not have [keys] field';
  if (!Array.isArray(set.keys)) return '[keys] in Jwks is not an array';
  const keys = set.keys.map(parseKey).filter((key) => key !== null);
  return keys.length === 0 ? "Jwks doesn't have any valid public key" : keys;
}

function parseKey(value: unknown): Jwk | null {
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as { readonly [name: string]: unknown };
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  try {
    const key =
      text('kty') === 'oct'
        ? createSecretKey(Buffer.from(text('k'), 'base64url'))
        : createPublicKey({ key: value as JsonWebKey, format: 'jwk' });
    return { kid: text('kid'), alg: text('alg'), type: text('kty'), curve: text('crv'), key };
  } catch {
    return null;
  }
}

/** Verifies a signature in the thread pool and tells how it went, `OK` or why not, perhaps before it returns. */
export function verifyJwt(jwt: Jwt, keys: readonly Jwk[], tell: (status: string) => void): void {
  const fitting = keys.filter((key) => fits(key, jwt));
  if (fitting.length === 0) {
    tell(JwtStatus.noKey);
    return;
  }
  const tryNext = (at: number): void => {
    const next = fitting[at];
    if (next === undefined) tell(JwtStatus.verification);
    else verifyWith(jwt, next.key, (isGood) => (isGood ? tell(JwtStatus.ok) : tryNext(at + 1)));
  };
  tryNext(0);
}

function fits({ kid, alg, type, curve }: Jwk, jwt: Jwt): boolean {
  if (jwt.kid !== '' && kid !== '' && jwt.kid !== kid) return false;
  if (alg !== '' && alg !== jwt.alg) return false;
  switch (jwt.alg.slice(0, 2)) {
    case 'RS':
    case 'PS':
      return type === 'RSA';
    case 'ES':
      return type === 'EC' && curve === curves[jwt.alg];
    case 'HS':
      return type === 'oct';
    default:
      return type === 'OKP' && curve === 'Ed25519';
  }
}

function verifyWith({ alg, signed, signature }: Jwt, key: KeyObject, tell: (isGood: boolean) => void): void {
  const digest = `sha${alg.slice(2)}`;
  if (alg.startsWith('HS')) {
    const own = createHmac(digest, key).update(signed).digest();
    tell(own.length === signature.length && timingSafeEqual(own, signature));
    return;
  }
  const options = alg.startsWith('PS')
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : alg.startsWith('ES')
      ? { key, dsaEncoding: 'ieee-p1363' as const }
      : { key };
  const name = alg === 'EdDSA' ? null : digest;
  verify(name, Buffer.from(signed), options, signature, (error, isGood) => tell(error === null && isGood));
}
