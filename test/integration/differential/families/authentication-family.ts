import { createHash } from 'node:crypto';
import type { Plain } from '../../../../src/base/plain.js';
import { get, post, simple } from '../differential-case.js';
import { type Fields, type FilterFamily, filter, routeWith, typed } from './filter-family.js';

const basic = 'envoy.filters.http.basic_auth';
const basicType = 'envoy.extensions.filters.http.basic_auth.v3';
const keys = 'envoy.filters.http.api_key_auth';
const keysType = 'envoy.extensions.filters.http.api_key_auth.v3';
const tagging = 'envoy.filters.http.ip_tagging';

function htpasswd(...users: readonly string[]): Plain {
  const lines = users.map((user) => {
    const colon = user.indexOf(':');
    const [name, password] = [user.slice(0, colon), user.slice(colon + 1)];
    return `${name}:{SHA}${createHash('sha1').update(password).digest('base64')}`;
  });
  return { inline_string: `# users\n${lines.join('\n')}\n` };
}

const token = (text: string): string => Buffer.from(text).toString('base64');

function basicRoute(prefix: string, fields: Fields): Plain {
  return routeWith(prefix, { [basic]: typed(`${basicType}.BasicAuthPerRoute`, fields) });
}

const credentials: readonly (readonly [string, string])[] = [
  ['right', `Basic ${token('user1:test1')}`],
  ['right with a lower-case scheme', `basic ${token('user1:test1')}`],
  ['right with two blanks', `Basic  ${token('user1:test1')}`],
  ['a password with colons', `Basic ${token('user2:a:b')}`],
  ['wrong password', `Basic ${token('user1:test2')}`],
  ['unknown user', `Basic ${token('user9:test1')}`],
  ['user of the route', `Basic ${token('user3:test3')}`],
  ['no colon', `Basic ${token('user1')}`],
  ['bad base64', 'Basic !!!'],
  ['base64 without padding', `Basic ${token('user1:test1').replaceAll('=', '')}`],
  ['base64 with the URL alphabet', 'Basic dXNlcjE6_-_-'],
  ['nothing after the scheme', 'Basic '],
  ['only the scheme', 'Basic'],
  ['another scheme', 'Bearer abc'],
  ['an empty value', ''],
];

function key(value: string, client: string): Plain {
  return { key: value, client };
}

function keyRoute(prefix: string, fields: Fields): Plain {
  return routeWith(prefix, { [keys]: typed(`${keysType}.ApiKeyAuthPerRoute`, fields) });
}

const keyRequests: readonly (readonly [string, string, readonly (readonly [string, string])[]])[] = [
  ['no key', '', []],
  ['a key', '', [['x-key', 'one']]],
  ['a bearer key', '', [['x-key', 'Bearer one']]],
  ['a lower-case bearer key', '', [['x-key', 'bearer one']]],
  ['an unknown key', '', [['x-key', 'none']]],
  ['the other client', '', [['x-key', 'two']]],
  ['an empty key', '?k=one', [['x-key', '']]],
  [
    'two keys',
    '',
    [
      ['x-key', 'one'],
      ['x-key', 'two'],
    ],
  ],
  ['a query key', '?a=1&k=one&b=2', []],
  ['an encoded query key', '?k=%6Fne', []],
  ['two query keys', '?k=one&k=two', []],
  ['a cookie key', '', [['cookie', 'a=b; c=one; d=e']]],
  [
    'a cookie key in the second of two fields',
    '',
    [
      ['cookie', 'a=b;f=g'],
      ['x-between', '1'],
      ['cookie', 'c=one; d=e'],
    ],
  ],
  ['a lone cookie key', '', [['cookie', 'c=one']]],
  ['a wrong header key before a right query key', '?k=one', [['x-key', 'none']]],
];

const range = (prefix: string, length: number): Plain => ({ address_prefix: prefix, prefix_len: length });
const tags: Plain = [
  { ip_tag_name: 'ten', ip_list: [range('10.0.0.0', 8), range('2001:db8::', 32)] },
  { ip_tag_name: 'ten-one', ip_list: [range('10.1.0.0', 16)] },
  { ip_tag_name: 'home', ip_list: [range('127.0.0.1', 32)] },
];
const taggers: { readonly [name: string]: Fields } = {
  'tags-both': { ip_tags: tags },
  'tags-internal': { ip_tags: tags, request_type: 'INTERNAL' },
  'tags-external': { ip_tags: tags, request_type: 'EXTERNAL' },
  'tags-sanitize': { ip_tags: tags, ip_tag_header: { header: 'X-Tags' } },
  'tags-append': { ip_tags: tags, ip_tag_header: { header: 'x-tags', action: 'APPEND_IF_EXISTS_OR_ADD' } },
};

export const authenticationFamily: FilterFamily = {
  listeners: {
    basic: {
      filters: [
        filter(basic, `${basicType}.BasicAuth`, {
          users: htpasswd('user1:test1', 'user2:a:b'),
          forward_username_header: 'X-User',
          emit_dynamic_metadata: true,
        }),
      ],
      routes: [
        basicRoute('/route', { users: htpasswd('user3:test3') }),
        basicRoute('/realm', { users: htpasswd('user3:test3'), realm: 'the route' }),
      ],
    },
    'basic-missing': {
      filters: [
        filter(basic, `${basicType}.BasicAuth`, {
          users: htpasswd('user1:test1'),
          authentication_header: 'X-Auth',
          allow_missing: true,
          realm: 'own "realm"',
        }),
      ],
      routes: [basicRoute('/route', { users: htpasswd('user3:test3') })],
    },
    keys: {
      filters: [
        filter(keys, `${keysType}.ApiKeyAuth`, {
          credentials: [key('one', 'client-1'), key('two', 'client-2')],
          key_sources: [{ header: 'X-Key' }, { query: 'k' }, { cookie: 'c' }],
          forwarding: { header: 'X-Client' },
        }),
      ],
      routes: [
        keyRoute('/hide', { forwarding: { hide_credentials: true } }),
        keyRoute('/allowed', { allowed_clients: ['client-1'] }),
        keyRoute('/own', { credentials: [key('none', 'client-3')], key_sources: [{ header: 'x-key' }] }),
        keyRoute('/header', { key_sources: [{ header: 'authorization' }] }),
      ],
    },
    'keys-none': {
      filters: [filter(keys, `${keysType}.ApiKeyAuth`)],
      routes: [
        keyRoute('/sources', { key_sources: [{ header: 'x-key' }] }),
        keyRoute('/credentials', { credentials: [key('one', 'client-3')] }),
      ],
    },
    ...Object.fromEntries(
      Object.entries(taggers).map(([listener, fields]) => [
        listener,
        {
          filters: [filter(tagging, 'envoy.extensions.filters.http.ip_tagging.v3.IPTagging', fields)],
          routes: [
            {
              match: {
                prefix: '/',
                headers: [{ name: 'x-envoy-ip-tags', string_match: { contains: 'ten-one' } }],
              },
              name: 'tagged',
              route: { cluster: 'main' },
            },
          ],
          manager: { use_remote_address: true, xff_num_trusted_hops: 1 },
        },
      ]),
    ),
  },
  cases: [
    ...['/x?q=1', '/route', '/realm'].flatMap((path) => [
      simple(`basic auth at ${path}: none`, get(path), { listener: 'basic' }),
      ...credentials.map(([what, value]) =>
        simple(`basic auth at ${path}: ${what}`, get(path, [['authorization', value]]), {
          listener: 'basic',
        }),
      ),
    ]),
    simple(
      'basic auth: two headers',
      get('/', [
        ['authorization', 'Basic x'],
        ['authorization', `Basic ${token('user1:test1')}`],
      ]),
      { listener: 'basic' },
    ),
    simple(
      'basic auth: the user header is replaced',
      get('/', [
        ['authorization', `Basic ${token('user1:test1')}`],
        ['x-user', 'root'],
      ]),
      { listener: 'basic' },
    ),
    simple('basic auth of a gRPC call', post('/g', '', [['content-type', 'application/grpc']]), {
      listener: 'basic',
    }),
    ...['/x', '/route'].flatMap((path) =>
      credentials.map(([what, value]) =>
        simple(`basic auth that may be missing at ${path}: ${what}`, get(path, [['x-auth', value]]), {
          listener: 'basic-missing',
        }),
      ),
    ),
    simple('basic auth that is missing and may be', get('/x'), { listener: 'basic-missing' }),
    ...['/x', '/hide', '/allowed', '/own', '/header'].flatMap((path) =>
      keyRequests.map(([what, query, headers]) =>
        simple(`api key at ${path}: ${what}`, get(`${path}${query}`, headers), { listener: 'keys' }),
      ),
    ),
    simple('api key in authorization', get('/header', [['authorization', 'Bearer one']]), {
      listener: 'keys',
    }),
    ...['/x', '/sources', '/credentials'].map((path) =>
      simple(`api key filter without settings at ${path}`, get(path, [['x-key', 'one']]), {
        listener: 'keys-none',
      }),
    ),
    ...Object.keys(taggers).flatMap((listener) =>
      ['10.1.2.3', '10.9.9.9', '192.0.2.9', '2001:db8::1', ''].flatMap((address) => [
        simple(
          `ip tags at ${listener} of ${address}`,
          get('/', address === '' ? [] : [['x-forwarded-for', `${address}, 1.1.1.1`]]),
          { listener },
        ),
        simple(
          `ip tags at ${listener} of ${address} with tags`,
          get('/', [
            ...(address === '' ? [] : [['x-forwarded-for', `${address}, 1.1.1.1`] as const]),
            ['x-tags', 'mine'],
            ['x-envoy-ip-tags', 'mine'],
          ]),
          { listener },
        ),
      ]),
    ),
  ],
};
