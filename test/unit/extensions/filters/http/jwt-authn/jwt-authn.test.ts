import { deepEqual, equal } from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { parseJwtAuthn } from '../../../../../../src/extensions/filters/http/jwt-authn/config.js';
import {
  jwksProblem,
  parseJwks,
  verifyJwt,
} from '../../../../../../src/extensions/filters/http/jwt-authn/jwks.js';
import {
  type Jwt,
  JwtStatus,
  parseJwt,
} from '../../../../../../src/extensions/filters/http/jwt-authn/jwt.js';
import { jwtAuthnFilter } from '../../../../../../src/extensions/filters/http/jwt-authn/jwt-authn.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const secret = Buffer.from('secret');
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwks = JSON.stringify({
  keys: [
    { kty: 'oct', kid: 's', alg: 'HS256', k: secret.toString('base64url') },
    { ...ec.publicKey.export({ format: 'jwk' }), kid: 'e' },
  ],
});
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function signed(head: object, claims: object): string {
  const text = `${part(head)}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function parsed(text: string): Jwt {
  const jwt = parseJwt(text);
  if (typeof jwt === 'string') throw new Error(jwt);
  return jwt;
}

const verdict = (text: string): Promise<string> =>
  new Promise((resolve) => verifyJwt(parsed(text), parseJwks(jwks) ?? [], resolve));

test('what is wrong with a token has words of its own', () => {
  const claims = part({ iss: 'me' });
  equal(parseJwt('a.b'), JwtStatus.badFormat);
  equal(parseJwt('a..b'), JwtStatus.badFormat);
  equal(parseJwt(`!.${claims}.aa`), JwtStatus.headerBase64);
  equal(parseJwt(`${part({})}.${claims}.aa`), JwtStatus.headerAlg);
  equal(parseJwt(`${part({ alg: 'none' })}.${claims}.aa`), JwtStatus.algUnknown);
  equal(parseJwt(`${part({ alg: 'HS256' })}.${part([1])}.aa`), JwtStatus.payloadJson);
  equal(
    parseJwt(signed({ alg: 'HS256' }, { aud: [1] })),
    'Jwt payload [aud] field is not a string or string list',
  );
});

test('signatures are verified with the keys that fit by id and algorithm', async () => {
  equal(await verdict(signed({ alg: 'HS256', kid: 's' }, {})), JwtStatus.ok);
  equal(await verdict(signed({ alg: 'HS256', kid: 'other' }, {})), JwtStatus.noKey);
  equal(await verdict(signed({ alg: 'RS256', kid: 's' }, {})), JwtStatus.noKey);
  const text = `${part({ alg: 'ES256', kid: 'e' })}.${part({})}`;
  const good = sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  equal(await verdict(`${text}.${good.toString('base64url')}`), JwtStatus.ok);
  equal(await verdict(`${text}.${good.fill(1, 3, 5).toString('base64url')}`), JwtStatus.verification);
});

test('texts that are no key sets are told apart', () => {
  equal(jwksProblem('x'), 'Jwks is an invalid JSON');
  equal(jwksProblem('{}'), 'Jwks does not have [keys] field');
  equal(jwksProblem('{"keys":[{"kty":"RSA"}]}'), "Jwks doesn't have any valid public key");
  equal(jwksProblem('[1]'), 'Jwks is an invalid JSON');
  equal(jwksProblem(jwks), null);
});

test('key sets are read as leniently as files: bare keys, single quotes, a last comma, keys wrapped over lines', async () => {
  equal(jwksProblem("{keys: [{'kty': 'oct', 'k': 'a\\'b', exp: 1e3, use: null},],}"), null);
  const { x, y } = ec.publicKey.export({ format: 'jwk' });
  const wrapped = `{"keys": [{"kty": "EC", "crv": "P-256", "x": "${x?.slice(0, 9)}\n   ${x?.slice(9)}", "y": "${y}"}]}`;
  const text = `${part({ alg: 'ES256' })}.${part({})}`;
  const signature = sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  const keys = parseJwks(wrapped) ?? [];
  const status = await new Promise((resolve) =>
    verifyJwt(parsed(`${text}.${signature.toString('base64url')}`), keys, resolve),
  );
  equal(status, JwtStatus.ok);
});

test('a good token is taken off and its claims become headers', () => {
  const config = `providers:
  p: { issuer: me, local_jwks: { inline_string: '${jwks}' }, claim_to_headers: [{ header_name: x-a, claim_name: a.b }] }
rules: [{ match: { prefix: / }, requires: { provider_name: p } }]`;
  const { value, problems } = readText(jwtAuthnFilter.typeUrl, config, parseJwtAuthn);
  deepEqual(problems, []);
  const { build, stats } = filterThread();
  const start = build(jwtAuthnFilter, value);
  const token = signed({ alg: 'HS256', kid: 's' }, { iss: 'me', a: { b: 1 } });
  const headers = requestHeaders('/', [
    ['authorization', `Bearer ${token}`],
    ['x-a', 'forged'],
  ]);
  equal(start().filter.onRequestHeaders?.(headers, true), HeadersStatus.Continue);
  deepEqual(fieldsOf(headers), ['x-a: 1']);
  const { filter, replies } = start();
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Stop);
  deepEqual([replies[0]?.status, replies[0]?.body], [401, 'Jwt is missing']);
  deepEqual(Object.fromEntries(stats), {
    'http.test.jwt_authn.allowed': 1,
    'http.test.jwt_authn.denied': 1,
    'http.test.jwt_authn.jwt_cache_miss': 1,
  });
});
