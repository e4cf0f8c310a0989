import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, reply, request, simple } from '../differential-case.js';
import { type Fields, type FilterFamily, filter, routeWith, typed } from './filter-family.js';

const name = 'envoy.filters.http.jwt_authn';
const type = 'envoy.extensions.filters.http.jwt_authn.v3';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const ed = generateKeyPairSync('ed25519');
const secret = Buffer.from('a secret of thirty-two bytes, ok?');

function jwk(key: KeyObject, fields: Fields): Plain {
  return { ...(key.export({ format: 'jwk' }) as Fields), ...fields };
}

const jwks = JSON.stringify({
  keys: [
    jwk(rsa.publicKey, { kid: 'rsa' }),
    jwk(p256.publicKey, { kid: 'p256', alg: 'ES256' }),
    jwk(p384.publicKey, { kid: 'p384' }),
    jwk(p521.publicKey, { kid: 'p521' }),
    jwk(ed.publicKey, { kid: 'ed', alg: 'EdDSA' }),
    { kty: 'oct', kid: 'secret', alg: 'HS256', k: secret.toString('base64url') },
    { kty: 'oct', kid: 'secret5', k: secret.toString('base64url') },
  ],
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(alg: string, kid: string, key: KeyObject | Buffer, claims: Fields): string {
  const head = encode(kid === '' ? { alg, typ: 'JWT' } : { alg, kid, typ: 'JWT' });
  const signed = `${head}.${encode(claims)}`;
  return `${signed}.${signature(alg, signed, key).toString('base64url')}`;
}

function signature(alg: string, text: string, key: KeyObject | Buffer): Buffer {
  const digest = `sha${alg.slice(2)}`;
  if (Buffer.isBuffer(key)) return createHmac(digest, key).update(text).digest();
  const bytes = Buffer.from(text);
  if (alg === 'EdDSA') return sign(null, bytes, key);
  if (alg.startsWith('ES')) return sign(digest, bytes, { key, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('PS'))
    return sign(digest, bytes, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
  return sign(digest, bytes, key);
}

const soon = Math.floor(Date.now() / 1000) + 600;
const claims = {
  iss: 'one',
  sub: 'me',
  aud: 'here',
  exp: 4_102_444_801,
  scope: 'a b',
  n: 7,
  b: true,
  deep: { x: 'y' },
  list: ['p', 'q'],
};
const good = token('RS256', 'rsa', rsa.privateKey, claims);
const goodTwo = token('RS256', 'rsa', rsa.privateKey, { ...claims, iss: 'two' });
const bearer = (text: string): HeaderList => [['authorization', `Bearer ${text}`]];
const [head = '', payload = '', mark = ''] = good.split('.');

/** Tokens by what is the matter with them. */
const tokens: readonly (readonly [string, string])[] = [
  ['good', good],
  ...['RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map(
    (alg) => [alg, token(alg, 'rsa', rsa.privateKey, claims)] as const,
  ),
  ['ES256', token('ES256', 'p256', p256.privateKey, claims)],
  ['ES384', token('ES384', 'p384', p384.privateKey, claims)],
  ['ES512', token('ES512', 'p521', p521.privateKey, claims)],
  ['EdDSA', token('EdDSA', 'ed', ed.privateKey, claims)],
  ['HS256', token('HS256', 'secret', secret, claims)],
  ['HS512', token('HS512', 'secret5', secret, claims)],
  ['no kid', token('RS256', '', rsa.privateKey, claims)],
  ['another kid', token('RS256', 'none', rsa.privateKey, claims)],
  ['a kid of another type', token('RS256', 'p256', rsa.privateKey, claims)],
  ['another key', token('RS256', 'rsa', other.privateKey, claims)],
  ['expired', token('RS256', 'rsa', rsa.privateKey, { ...claims, exp: 1000 })],
  ['not yet', token('RS256', 'rsa', rsa.privateKey, { ...claims, nbf: 4_102_444_799 })],
  ['no exp', token('RS256', 'rsa', rsa.privateKey, { iss: 'one', aud: 'here' })],
  ['issuer two', goodTwo],
  ['no issuer', token('RS256', 'rsa', rsa.privateKey, { aud: 'here' })],
  ['another audience', token('RS256', 'rsa', rsa.privateKey, { ...claims, aud: ['there'] })],
  ['audience with scheme', token('RS256', 'rsa', rsa.privateKey, { ...claims, aud: ['x', 'https://here/'] })],
  ['no audience', token('RS256', 'rsa', rsa.privateKey, { iss: 'one', exp: 4_102_444_801 })],
  ['iss a number', token('RS256', 'rsa', rsa.privateKey, { ...claims, iss: 1 })],
  ['sub a number', token('RS256', 'rsa', rsa.privateKey, { ...claims, sub: 1 })],
  ['exp a text', token('RS256', 'rsa', rsa.privateKey, { ...claims, exp: 'x' })],
  ['exp negative', token('RS256', 'rsa', rsa.privateKey, { ...claims, exp: -1 })],
  ['exp a fraction', token('RS256', 'rsa', rsa.privateKey, { ...claims, exp: 4_102_444_801.5 })],
  ['aud a number', token('RS256', 'rsa', rsa.privateKey, { ...claims, aud: 1 })],
  ['aud of numbers', token('RS256', 'rsa', rsa.privateKey, { ...claims, aud: [1] })],
  ['alg none', `${encode({ alg: 'none' })}.${payload}.${mark}`],
  ['no alg', `${encode({ kid: 'rsa' })}.${payload}.${mark}`],
  ['alg a number', `${encode({ alg: 1 })}.${payload}.${mark}`],
  ['kid a number', `${encode({ alg: 'RS256', kid: 1 })}.${payload}.${mark}`],
  ['two sections', `${head}.${payload}`],
  ['four sections', `${good}.x`],
  ['empty', ''],
  ['bad header', `!!.${payload}.${mark}`],
  ['header no JSON', `${Buffer.from('x').toString('base64url')}.${payload}.${mark}`],
  ['bad payload', `${head}.a.${mark}`],
  ['payload no JSON', `${head}.${Buffer.from('[1').toString('base64url')}.${mark}`],
  ['payload a list', `${head}.${encode([1])}.${mark}`],
  ['bad signature', `${head}.${payload}.a`],
  ['no signature', `${head}.${payload}.`],
  ['something behind', `${good}, more`],
];

function provider(issuer: string, fields: Fields = {}): Plain {
  return { issuer, local_jwks: { inline_string: jwks }, ...fields };
}

function jwt(fields: Fields): Fields {
  return filter(name, `${type}.JwtAuthentication`, fields);
}

const needs = (prefix: string, requires: Plain): Plain => ({ match: { prefix }, requires });
const one: Plain = { provider_name: 'one' };
const two: Plain = { provider_name: 'two' };

const providers: Fields = {
  one: provider('one', {
    audiences: ['here', 'https://also'],
    forward_payload_header: 'X-Payload',
    payload_in_metadata: 'payload',
    header_in_metadata: 'header',
    failed_status_in_metadata: 'failed',
    normalize_payload_in_metadata: { space_delimited_claims: ['scope'] },
    claim_to_headers: [
      { header_name: 'x-sub', claim_name: 'sub' },
      { header_name: 'x-n', claim_name: 'n' },
      { header_name: 'x-b', claim_name: 'b' },
      { header_name: 'x-deep', claim_name: 'deep.x' },
      { header_name: 'x-list', claim_name: 'list' },
      { header_name: 'x-none', claim_name: 'none' },
    ],
  }),
  two: provider('two', { forward: true, pad_forward_payload_header: true, forward_payload_header: 'x-two' }),
  places: provider('one', {
    from_headers: [{ name: 'X-Token' }, { name: 'x-prefixed', value_prefix: 'Token=' }],
    from_params: ['t'],
    from_cookies: ['c'],
  }),
  strict: provider('one', { require_expiration: true, max_lifetime: '3600s', subjects: { exact: 'me' } }),
  anyone: provider('', {}),
  cached: provider('one', { jwt_cache_config: {} }),
  remote: {
    issuer: 'one',
    remote_jwks: { http_uri: { uri: 'http://keys.local/jwks?x', cluster: 'keys', timeout: '1s' } },
  },
  retried: {
    issuer: 'one',
    remote_jwks: {
      http_uri: { uri: 'http://keys.local/retried', cluster: 'keys', timeout: '60s' },
      retry_policy: { num_retries: 2, retry_back_off: { base_interval: '0.005s', max_interval: '30s' } },
    },
  },
  missing: {
    issuer: 'one',
    remote_jwks: { http_uri: { uri: 'https://keys.local/jwks', cluster: 'refused', timeout: '1s' } },
  },
};

const rules: readonly Plain[] = [
  needs('/one', one),
  needs('/two', two),
  needs('/audiences', { provider_and_audiences: { provider_name: 'one', audiences: ['there'] } }),
  needs('/any', { requires_any: { requirements: [one, two] } }),
  needs('/every', { requires_all: { requirements: [one, { provider_name: 'places' }] } }),
  needs('/maybe', { requires_any: { requirements: [one, { allow_missing: {} }] } }),
  needs('/whatever', { requires_any: { requirements: [one, { allow_missing_or_failed: {} }] } }),
  needs('/places', { provider_name: 'places' }),
  needs('/strict', { provider_name: 'strict' }),
  needs('/who', { provider_name: 'anyone' }),
  needs('/cached', { provider_name: 'cached' }),
  needs('/remote', { provider_name: 'remote' }),
  needs('/no-keys', { provider_name: 'missing' }),
  needs('/retried', { provider_name: 'retried' }),
  { match: { prefix: '/named' }, requirement_name: 'named' },
  { match: { prefix: '/nothing' } },
];

const perRoute = (fields: Fields): Fields => ({ [name]: typed(`${type}.PerRouteConfig`, fields) });
const keyAnswer = reply('200 OK', [], jwks);

function at(
  path: string,
  what: string,
  headers: HeaderList,
  rest: Partial<DifferentialCase> = {},
): DifferentialCase {
  return simple(`jwt ${path}: ${what}`, get(path, headers), { listener: 'jwt', ...rest });
}

const lenient = (path: string): Partial<DifferentialCase> =>
  path.startsWith('/allow') || path.startsWith('/extract') ? { listener: 'jwt-lenient' } : {};

/** Envoy fetches keys again with an empty body of chunks. */
const ignores = [/transfer-encoding: chunked|\[(?:chunked|none) body\] ""|cx_tx_bytes_total/];

export const jwtFamily: FilterFamily = {
  listeners: {
    jwt: {
      filters: [
        jwt({
          providers,
          rules,
          requirement_map: { named: one, other: two },
          bypass_cors_preflight: true,
        }),
      ],
      routes: [
        routeWith('/off', perRoute({ disabled: true })),
        routeWith('/route', perRoute({ requirement_name: 'other' })),
        routeWith('/wrong', perRoute({ requirement_name: 'none' })),
      ],
    },
    'jwt-lenient': {
      filters: [
        jwt({
          providers: {
            one: provider('one', { failed_status_in_metadata: 'failed' }),
            two: provider('two', { forward: true, from_headers: [{ name: 'x-two' }] }),
          },
          rules: [
            needs('/allow-missing', { allow_missing: {} }),
            needs('/allow-failed', { allow_missing_or_failed: {} }),
            needs('/extract-any', {
              requires_any: { requirements: [one, { extract_only_without_validation: {} }] },
            }),
            needs('/extract-named', {
              extract_only_without_validation: { verification_status_header: 'X-Verified' },
            }),
            needs('/extract', { extract_only_without_validation: {} }),
          ],
        }),
      ],
    },
    'jwt-strip': {
      filters: [
        jwt({
          providers: { one: provider('one') },
          rules: [needs('/', one)],
          strip_failure_response: true,
          stat_prefix: 'own',
        }),
      ],
    },
  },
  clusters: { keys: {} },
  cases: [
    ...tokens.map(([what, text]) => at('/one?a=b', what, bearer(text))),
    ...[
      '/two',
      '/audiences',
      '/any',
      '/every',
      '/maybe',
      '/whatever',
      '/allow-missing',
      '/allow-failed',
      '/extract',
      '/extract-any',
      '/extract-named',
      '/who',
      '/named',
      '/nothing',
      '/off',
      '/route',
      '/wrong',
      '/else',
      '/strict',
    ].flatMap((path) => [
      at(path, 'none', [], lenient(path)),
      at(path, 'good', bearer(good), lenient(path)),
      at(path, 'issuer two', bearer(goodTwo), lenient(path)),
      at(
        path,
        'expired',
        bearer(token('RS256', 'rsa', rsa.privateKey, { ...claims, exp: 1000 })),
        lenient(path),
      ),
      at(path, 'another key', bearer(token('RS256', 'rsa', other.privateKey, claims)), lenient(path)),
    ]),
    at('/one', 'none', []),
    at(`/one?access_token=${good}&x=y`, 'in the query', []),
    at(`/one?access_token=${goodTwo}`, 'good in the header, bad in the query', bearer(good)),
    at('/one', 'claim headers of the client', [...bearer(good), ['x-sub', 'root'], ['x-payload', 'root']]),
    at('/else', 'claim headers of the client', [['x-sub', 'root']]),
    at('/one', 'no bearer', [['authorization', 'Basic x']]),
    at('/one', 'lower-case bearer', [['authorization', `bearer ${good}`]]),
    at('/one', 'two headers', [...bearer(good), ...bearer(goodTwo)]),
    at('/places', 'a header', [['x-token', good]]),
    at('/places', 'a prefixed header', [['x-prefixed', `a Token=${good} b`]]),
    at('/places', 'an unprefixed header', [['x-prefixed', good]]),
    at(`/places?t=${good}`, 'a parameter', []),
    at(`/places?a=b&t=${good}&c=d`, 'a parameter among others', []),
    at('/places', 'a cookie', [['cookie', `a=b; c=${good}`]]),
    at('/places', 'authorization', bearer(good)),
    at('/every', 'both', [...bearer(good), ['x-token', good]]),
    at('/cached', 'first', bearer(good)),
    at('/cached', 'second', bearer(good)),
    at(
      '/strict',
      'short',
      bearer(
        token('RS256', 'rsa', rsa.privateKey, {
          iss: 'one',
          sub: 'me',
          exp: soon,
        }),
      ),
    ),
    at(
      '/strict',
      'another subject',
      bearer(
        token('RS256', 'rsa', rsa.privateKey, {
          iss: 'one',
          sub: 'you',
          exp: soon,
        }),
      ),
    ),
    at('/strict', 'no exp', bearer(token('RS256', 'rsa', rsa.privateKey, { iss: 'one', sub: 'me' }))),
    at('/remote', 'fails first', bearer(good), { origin: [reply('500 No')] }),
    at('/remote', 'no keys', bearer(good), { origin: [reply('200 OK', [], 'nothing')] }),
    at('/remote', 'fetched', bearer(good), { origin: [keyAnswer] }),
    at('/remote', 'kept', bearer(good)),
    at('/no-keys', 'refused', bearer(good)),
    at('/retried', 'fails thrice', bearer(good), {
      origin: [reply('500 No'), reply('503 No'), reply('504 No')],
      ignores,
    }),
    at('/retried', 'not worth another try', bearer(good), { origin: [reply('404 No')] }),
    at('/retried', 'fails twice', bearer(good), {
      origin: [reply('500 No'), ['close'], keyAnswer],
      ignores,
    }),
    ...['/allow-failed', '/extract'].flatMap((path) => [
      at(path, 'two tokens, the first good', [...bearer(good), ['x-two', `${goodTwo}x`]], lenient(path)),
      at(path, 'two tokens, the second good', [...bearer(`${good}x`), ['x-two', goodTwo]], lenient(path)),
      at(path, 'a token where its issuer is not looked for', [['x-two', good]], lenient(path)),
      at(path, 'no token at all', bearer('x'), lenient(path)),
    ]),
    at('/allow-missing', 'a token where its issuer is not looked for', [['x-two', good]], lenient('/allow')),
    at('/allow-missing', 'no token at all', bearer('x'), lenient('/allow')),
    at(
      '/extract',
      'what the client says of its token',
      [...bearer('x'), ['x-jwt-signature-verified', 'true']],
      {
        listener: 'jwt-lenient',
      },
    ),
    ...['/one', '/else'].map((path) =>
      simple(
        `jwt ${path}: preflight`,
        request('OPTIONS', path, [
          ['origin', 'http://a'],
          ['access-control-request-method', 'GET'],
        ]),
        { listener: 'jwt' },
      ),
    ),
    simple('jwt failures stripped', get('/x', bearer('a.b.c')), { listener: 'jwt-strip' }),
    simple('jwt failures stripped, missing', get('/x'), { listener: 'jwt-strip' }),
    at('/one', `a long path`, [], {}),
    simple('jwt realm of a long path', get(`/one/${'x'.repeat(300)}`), { listener: 'jwt' }),
  ].filter((it, i, all) => all.findIndex(({ name: first }) => first === it.name) === i),
};
