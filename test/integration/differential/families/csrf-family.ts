import { type DifferentialCase, get, type HeaderList, request, simple } from '../differential-case.js';
import type { FilterFamily } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const on = { filter_enabled: { default_value: { numerator: 100 } } };
const off = { filter_enabled: { default_value: { numerator: 0 } } };

const sources: readonly (readonly [name: string, headers: HeaderList])[] = [
  ['nothing', []],
  ['own origin', [['origin', 'http://test.local']]],
  ['own origin as https', [['origin', 'https://test.local']]],
  ['own origin with a port', [['origin', 'http://test.local:80']]],
  ['a foreign origin', [['origin', 'http://evil.local']]],
  ['origin null', [['origin', 'null']]],
  [
    'origin null and own referer',
    [
      ['origin', 'null'],
      ['referer', 'http://test.local/page?x#y'],
    ],
  ],
  ['own referer', [['referer', 'http://test.local/page']]],
  ['a foreign referer', [['referer', 'http://evil.local/page']]],
  ['an origin that is no URL', [['origin', 'test.local']]],
  ['an additional origin', [['origin', 'http://friend.local']]],
  ['an additional origin with a port', [['origin', 'http://friend.local:81']]],
  [
    'a host with a port',
    [
      ['host', 'test.local:8080'],
      ['origin', 'http://test.local:8080'],
    ],
  ],
  ['user information', [['origin', 'http://me@test.local']]],
  ['another case', [['origin', 'http://TEST.local']]],
  ['a bad port', [['origin', 'http://test.local:99999']]],
  [
    'two origins',
    [
      ['origin', 'http://test.local'],
      ['origin', 'http://evil.local'],
    ],
  ],
  ['an origin of another scheme', [['origin', 'ftp://test.local']]],
  ['an origin with a path', [['origin', 'http://test.local/path']]],
];

const bySource: DifferentialCase[] = sources.map(([name, headers]) =>
  simple(`csrf: ${name}`, request('POST', '/x', headers), { listener: 'csrf' }),
);

/** Requests that change something, by where they come from. */
export const csrfFamily: FilterFamily = {
  listeners: {
    csrf: {
      filters: [
        filter('csrf', 'csrf.v3.CsrfPolicy', { ...on, additional_origins: [{ exact: 'friend.local' }] }),
      ],
      routes: [
        routeTo('/off', { csrf: typed('csrf.v3.CsrfPolicy', off) }),
        routeTo('/shadow', {
          csrf: typed('csrf.v3.CsrfPolicy', {
            ...off,
            shadow_enabled: { default_value: { numerator: 0 }, runtime_key: 'csrf.shadow' },
          }),
        }),
        routeTo('/friends', {
          csrf: typed('csrf.v3.CsrfPolicy', { ...on, additional_origins: [{ suffix: '.friends:80' }] }),
        }),
      ],
    },
  },
  runtime: { 'csrf.shadow': 100 },
  cases: [
    ...bySource,
    ...['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'CONNECTED'].map((method) =>
      simple(`csrf: ${method} without a source`, request(method, '/x'), { listener: 'csrf' }),
    ),
    ...['/off', '/shadow', '/friends'].map((path) =>
      simple(`csrf: a foreign origin at ${path}`, request('POST', path, [['origin', 'http://evil.local']]), {
        listener: 'csrf',
      }),
    ),
    simple(
      'csrf: the additional origins of a route',
      request('POST', '/friends', [['origin', 'http://a.friends:80']]),
      { listener: 'csrf' },
    ),
    simple('csrf: nothing is looked at', get('/x', [['origin', 'http://evil.local']]), { listener: 'csrf' }),
  ],
};
