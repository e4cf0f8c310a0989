import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, reply, request, simple } from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const policy = (fields: Fields): { readonly [name: string]: Plain } => ({
  cors: typed('cors.v3.CorsPolicy', fields),
});
const origins = [{ exact: 'http://good.local' }, { suffix: '.good.local' }];
const full = {
  allow_origin_string_match: origins,
  allow_methods: 'GET,POST',
  allow_headers: 'x-a,x-b',
  expose_headers: 'x-out',
  max_age: '600',
  allow_credentials: true,
  allow_private_network_access: true,
};

const preflight = (path: string, origin: string, rest: readonly (readonly [string, string])[] = []): string =>
  request('OPTIONS', path, [
    ['origin', origin],
    ['access-control-request-method', 'PUT'],
    ['access-control-request-headers', 'x-asked'],
    ...rest,
  ]);

const paths = [
  '/full',
  '/stars',
  '/strict',
  '/off',
  '/shadow',
  '/both',
  '/vhost',
  '/partly',
  '/anything',
  '/old',
  '/old-typed',
  '/direct',
];

const cases: DifferentialCase[] = paths.flatMap((path) => [
  simple(`cors ${path}: no origin`, get(path), { listener: 'cors' }),
  simple(`cors ${path}: a good origin`, get(path, [['origin', 'http://good.local']]), {
    listener: 'cors',
    origin: [
      reply('200 OK', [
        ['access-control-allow-origin', 'http://origin-said.local'],
        ['access-control-expose-headers', 'x-origin'],
      ]),
    ],
  }),
  simple(`cors ${path}: a bad origin`, get(path, [['origin', 'http://bad.local']]), { listener: 'cors' }),
  simple(`cors ${path}: a good preflight`, preflight(path, 'http://a.good.local'), { listener: 'cors' }),
  simple(`cors ${path}: a bad preflight`, preflight(path, 'http://bad.local'), { listener: 'cors' }),
]);

/** Cross-origin requests and preflights, by the policies of several levels. */
export const corsFamily: FilterFamily = {
  listeners: {
    cors: {
      filters: [filter('cors', 'cors.v3.Cors')],
      virtualHost: {
        typed_per_filter_config: {
          'envoy.filters.http.cors': typed('cors.v3.CorsPolicy', {
            allow_origin_string_match: [{ exact: 'http://good.local' }],
            allow_methods: 'VHOST',
            max_age: '7',
          }),
        },
      },
      routes: [
        routeTo('/full', policy(full)),
        routeTo('/stars', policy({ ...full, allow_methods: '*', allow_headers: '*', max_age: '' })),
        routeTo('/strict', policy({ ...full, forward_not_matching_preflights: false })),
        routeTo('/off', policy({ ...full, filter_enabled: { default_value: { numerator: 0 } } })),
        routeTo(
          '/shadow',
          policy({
            ...full,
            filter_enabled: { default_value: { numerator: 0 } },
            shadow_enabled: { default_value: { numerator: 100 } },
          }),
        ),
        routeTo(
          '/both',
          policy({
            ...full,
            filter_enabled: { default_value: { numerator: 0 }, runtime_key: 'cors.on' },
            shadow_enabled: { default_value: { numerator: 100 } },
          }),
        ),
        routeTo('/vhost'),
        routeTo('/partly', policy({ allow_headers: 'x-partly', allow_credentials: false })),
        routeTo('/anything', policy({ allow_origin_string_match: [{ safe_regex: { regex: '.*' } }] })),
        {
          match: { prefix: '/direct' },
          direct_response: { status: 200, body: { inline_string: 'direct' } },
          typed_per_filter_config: {
            'envoy.filters.http.cors': typed('cors.v3.CorsPolicy', full),
          },
        },
      ],
    },
    'cors-old': {
      filters: [filter('cors', 'cors.v3.Cors')],
      virtualHost: { cors: { allow_origin_string_match: origins, allow_methods: 'OLD' } },
      routes: [
        { match: { prefix: '/old-route' }, route: { cluster: 'main', cors: { ...full, max_age: '9' } } },
        routeTo('/old-typed', policy({ allow_origin_string_match: origins, allow_headers: 'new' })),
      ],
    },
  },
  runtime: { 'cors.on': 100 },
  cases: [
    ...cases,
    ...['/old-vhost', '/old-route', '/old-typed'].map((path) =>
      simple(`cors, the old fields ${path}`, preflight(path, 'http://good.local'), { listener: 'cors-old' }),
    ),
    simple(
      'cors: a private network is asked for',
      preflight('/full', 'http://good.local', [['access-control-request-private-network', 'true']]),
      { listener: 'cors' },
    ),
    simple(
      'cors: OPTIONS that is no preflight',
      request('OPTIONS', '/full', [['origin', 'http://good.local']]),
      { listener: 'cors' },
    ),
    simple('cors: an empty origin', get('/full', [['origin', '']]), { listener: 'cors' }),
  ],
};
