import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, post, reply, simple } from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const exact = (...names: string[]): Plain => ({ patterns: names.map((name) => ({ exact: name })) });
const service = (fields: Fields = {}, cluster = 'authz'): Plain => ({
  server_uri: { uri: 'http://authz.local/ignored', cluster, timeout: '1s' },
  ...fields,
});
const authz = (fields: Fields = {}): Plain =>
  filter('ext_authz', 'ext_authz.v3.ExtAuthz', { http_service: service(), ...fields });
const onRoute = (fields: Fields): { readonly [name: string]: Plain } => ({
  ext_authz: typed('ext_authz.v3.ExtAuthzPerRoute', fields),
});
const at = (
  name: string,
  listener: string,
  text: string,
  origin: DifferentialCase['origin'] = [],
  rest: Partial<DifferentialCase> = {},
): DifferentialCase => simple(`authz: ${name}`, text, { listener, origin, ...rest });

const lists = {
  authorization_request: {
    headers_to_add: [
      { key: 'x-added', value: 'yes' },
      { key: 'x-one', value: 'over' },
    ],
  },
  authorization_response: {
    allowed_upstream_headers: exact('x-user', 'x-twice'),
    allowed_upstream_headers_to_append: { patterns: [{ prefix: 'x-app' }] },
    allowed_client_headers: exact('x-why'),
    allowed_client_headers_on_success: exact('x-told', 'set-cookie'),
  },
};
const told: HeaderList = [
  ['x-user', 'me'],
  ['x-app', 'more'],
  ['x-other', 'no'],
  ['x-told', 'told'],
  ['set-cookie', 'a=b'],
  ['set-cookie', 'c=d'],
  ['x-envoy-auth-headers-to-remove', 'x-gone, x-gone-too,host,:path'],
];
const denied: HeaderList = [
  ['x-why', 'because'],
  ['x-other', 'no'],
  ['www-authenticate', 'Basic'],
  ['location', '/login'],
  ['set-cookie', 'a=b'],
  ['set-cookie', 'c=d'],
  ['content-type', 'text/html'],
];
const sent: HeaderList = [
  ['authorization', 'z'],
  ['x-one', '1'],
  ['x-one', '2'],
  ['x-user', 'them'],
  ['x-app', 'some'],
  ['x-gone', 'g'],
  ['x-two', 'q'],
];
const body = { with_request_body: { max_request_bytes: 8 } };
const partial = { with_request_body: { max_request_bytes: 8, allow_partial_message: true } };
const off = { filter_enabled: { default_value: { numerator: 0 } } };
const allowing = { failure_mode_allow: true, failure_mode_allow_header_add: true };
const denying = { deny_at_disable: { default_value: true, runtime_key: 'none.such' } };
/** Envoy keeps the headers of the question in a hash map. */
const unordered = { ignores: [/^\s*[-+] (authorization|x-one|x-user|x-two|x-envoy-auth-partial-body):/] };

const shadow = '%FILTER_STATE(envoy.filters.http.ext_authz.shadow:PLAIN)%';
const rerouting = {
  clear_route_cache: true,
  http_service: service({ authorization_response: { allowed_upstream_headers: exact('x-route') } }),
};
const rerouted = [
  {
    match: { prefix: '/', headers: [{ name: 'x-route', string_match: { exact: 'new' } }] },
    direct_response: { status: 200, body: { inline_string: 'another route' } },
  },
];

/** Requests that another server judges. */
export const authzFamily: FilterFamily = {
  clusters: { authz: {} },
  listeners: {
    'authz-plain': {
      filters: [authz()],
      routes: [
        routeTo('/off', onRoute({ disabled: true })),
        routeTo('/other', onRoute({ check_settings: { http_service: service({ path_prefix: '/two' }) } })),
        routeTo('/body', onRoute({ check_settings: { with_request_body: { max_request_bytes: 4 } } })),
        routeTo('/context', onRoute({ check_settings: { context_extensions: { a: 'b' } } })),
        routeTo('/nowhere', onRoute({ check_settings: { http_service: service({}, 'refused') } })),
        { match: { prefix: '/direct' }, direct_response: { status: 200, body: { inline_string: 'd' } } },
        { match: { prefix: '/redirect' }, redirect: { path_redirect: '/elsewhere' } },
      ],
    },
    'authz-lists': {
      filters: [authz({ http_service: service({ path_prefix: '/check', ...lists }), stat_prefix: 'own' })],
    },
    'authz-allowed': {
      filters: [
        authz({
          http_service: service({ path_override: '/over' }),
          allowed_headers: exact('x-one', 'x-user', 'x-two'),
          disallowed_headers: exact('x-two', 'authorization'),
        }),
      ],
    },
    'authz-body': {
      filters: [authz(body)],
      routes: [routeTo('/none', onRoute({ check_settings: { disable_request_body_buffering: true } }))],
    },
    'authz-partial': { filters: [authz(partial)] },
    'authz-error': {
      filters: [authz({ http_service: service({}, 'refused'), status_on_error: { code: 'BadGateway' } })],
    },
    'authz-lost': { filters: [authz({ http_service: service({}, 'no-such') })] },
    'authz-allowing': { filters: [authz({ http_service: service({}, 'refused'), ...allowing })] },
    'authz-retried': {
      filters: [
        authz({
          http_service: {
            server_uri: { uri: 'http://authz.local/ignored', cluster: 'authz', timeout: '60s' },
            retry_policy: {
              retry_on: '5xx,reset',
              num_retries: 2,
              retry_back_off: { base_interval: '0.005s', max_interval: '30s' },
            },
          },
        }),
      ],
    },
    'authz-off': { filters: [authz(off)] },
    'authz-denying': { filters: [authz({ ...off, ...denying })] },
    'authz-uncharged': {
      filters: [authz({ charge_cluster_response_stats: false, max_denied_response_body_bytes: 3 })],
    },
    'authz-metadata': {
      filters: [
        authz({
          http_service: service({
            authorization_response: { dynamic_metadata_from_headers: { patterns: [{ prefix: 'x-meta' }] } },
          }),
        }),
      ],
    },
    'authz-shadow': {
      filters: [authz({ shadow_mode: true, failure_mode_allow: true, emit_filter_state_stats: true })],
      routes: [
        routeTo('/off', onRoute({ disabled: true }), {
          response_headers_to_add: [{ header: { key: 'x-shadow', value: shadow } }],
        }),
        routeTo('/', {}, { response_headers_to_add: [{ header: { key: 'x-shadow', value: shadow } }] }),
      ],
    },
    'authz-other-headers': {
      filters: [authz({ ...rerouting, clear_route_cache_headers: ['X-Other'] })],
      routes: rerouted,
    },
    'authz-own-headers': {
      filters: [authz({ ...rerouting, clear_route_cache_headers: ['x-other', 'X-Route'] })],
      routes: rerouted,
    },
    'authz-route': {
      filters: [
        authz({
          clear_route_cache: true,
          http_service: service({
            authorization_response: { allowed_upstream_headers: exact('x-route') },
          }),
        }),
      ],
      routes: [
        {
          match: { prefix: '/', headers: [{ name: 'x-route', string_match: { exact: 'new' } }] },
          name: 'new',
          route: { cluster: 'main' },
        },
      ],
    },
  },
  cases: [
    at('allowed', 'authz-plain', get('/ok?q=1', sent), [reply('200 OK', told, 'body')], unordered),
    at('allowed with a body that is not told', 'authz-plain', post('/ok', 'twelve bytes')),
    at('created is no permission', 'authz-plain', get('/ok'), [reply('201 Created', told, 'body')]),
    at('denied', 'authz-plain', get('/ok'), [reply('401 Unauthorized', denied, 'go away')]),
    at('denied without a body', 'authz-plain', get('/ok'), [reply('403 Forbidden')]),
    at('denied a HEAD', 'authz-plain', get('/ok').replace('GET', 'HEAD'), [reply('403 Forbidden')]),
    at('denied gRPC', 'authz-plain', get('/ok', [['content-type', 'application/grpc']]), [
      reply('403 Forbidden', [], 'why'),
    ]),
    at('redirected', 'authz-plain', get('/ok'), [reply('302 Found', [['location', '/login']])]),
    at('a server that fails', 'authz-plain', get('/ok'), [reply('500 Internal Server Error', told, 'x')]),
    at('a server that closes', 'authz-plain', get('/ok'), [['close']]),
    at('off on the route', 'authz-plain', get('/off')),
    at('another service', 'authz-plain', get('/other/x')),
    at('another service that is not there', 'authz-plain', get('/nowhere')),
    at('a body that the route wants told', 'authz-plain', post('/body', 'four')),
    at('a body that is too long for the route', 'authz-plain', post('/body', 'fives')),
    at('context', 'authz-plain', get('/context')),
    at('a direct answer', 'authz-plain', get('/direct')),
    at('a direct answer denied', 'authz-plain', get('/direct'), [reply('403 Forbidden')]),
    at('a redirect', 'authz-plain', get('/redirect')),
    at('lists, allowed', 'authz-lists', get('/ok?q=1', sent), [reply('200 OK', told, 'body')], unordered),
    at(
      'lists, denied',
      'authz-lists',
      get('/ok', sent),
      [reply('401 Unauthorized', denied, 'no')],
      unordered,
    ),
    at('allowed headers', 'authz-allowed', get('/ok?q=1', sent), [], unordered),
    at('a body', 'authz-body', post('/ok', 'eight by'), [], unordered),
    at('a body that is too long', 'authz-body', post('/ok', 'nine byte')),
    at('no body', 'authz-body', get('/ok')),
    at('a body that is not wanted', 'authz-body', post('/none', 'nine byte')),
    at('a short body', 'authz-partial', post('/ok', 'short'), [], unordered),
    at('a part of a body', 'authz-partial', post('/ok', 'this is rather long'), [], unordered),
    at('an error', 'authz-error', get('/ok')),
    at('no such cluster', 'authz-lost', get('/ok')),
    at('an error that is allowed', 'authz-allowing', get('/ok')),
    at('asked thrice', 'authz-retried', get('/ok'), [
      reply('503 No', [], 'no'),
      ['close'],
      reply('200 OK', [], 'yes'),
    ]),
    at('asked in vain', 'authz-retried', get('/ok'), Array<string>(3).fill(reply('500 No', [], 'no'))),
    at('asked once', 'authz-retried', get('/ok'), [reply('403 Forbidden', [], 'no')]),
    at('off', 'authz-off', get('/ok')),
    at('off means no', 'authz-denying', get('/ok')),
    at('uncharged', 'authz-uncharged', get('/ok'), [reply('403 Forbidden', [], 'longer')]),
    at('metadata of a refusal', 'authz-metadata', get('/ok'), [reply('403 Forbidden', [['x-meta', 'm']])]),
    at('metadata', 'authz-metadata', get('/ok'), [reply('200 OK', [['x-meta', 'm']])], {
      ignores: [/ext_authz_duration/],
    }),
    at('another route', 'authz-route', get('/ok'), [reply('200 OK', [['x-route', 'new']])]),
    at('the same route', 'authz-route', get('/ok')),
    ...['authz-other-headers', 'authz-own-headers'].map((listener) =>
      at(`headers that decide, ${listener}`, listener, get('/ok'), [reply('200 OK', [['x-route', 'new']])]),
    ),
    at('in the shadow, allowed', 'authz-shadow', get('/ok')),
    at(
      'in the shadow, denied',
      'authz-shadow',
      get('/ok'),
      [reply('403 Forbidden', [['www-authenticate', 'a']], 'no')],
      // It has the time that the service took.
      { ignores: [/"DENIED".*x-envoy-upstream-service-time/] },
    ),
    at('in the shadow, an error', 'authz-shadow', get('/ok'), [reply('500 No')]),
    at('in the shadow, off', 'authz-shadow', get('/off')),
  ],
};
