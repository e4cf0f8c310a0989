import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, post, reply, simple } from '../../differential-case.js';
import { type Fields, type FilterFamily, typed as longTyped } from '../filter-family.js';
import { filter, typed } from '../shorthand.js';

const codec = filter('upstream_codec', 'upstream_codec.v3.UpstreamCodec');

function option(key: string, value: string, action = 'APPEND_IF_EXISTS_OR_ADD'): Fields {
  return { append: { header: { key, value }, append_action: action } };
}

function mutation(name: string, mutations: Fields): Fields {
  return { ...filter('header_mutation', 'header_mutation.v3.HeaderMutation', { mutations }), name };
}

const both = mutation('both', {
  request_mutations: [
    option('x-upstream', 'asked %UPSTREAM_REQUEST_ATTEMPT_COUNT%'),
    option('x-host', '%UPSTREAM_HOST%', 'OVERWRITE_IF_EXISTS_OR_ADD'),
    { remove: 'x-gone' },
  ],
  response_mutations: [option('x-answered', 'with %RESPONSE_CODE% %RESP(x-origin)%'), { remove: 'x-secret' }],
});

const second = mutation('second', {
  request_mutations: [option('x-upstream', 'second')],
  response_mutations: [option('x-answered', 'second')],
});

function options(httpFilters: readonly Plain[], rest: Fields = {}): Fields {
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': longTyped(
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        { explicit_http_config: { http_protocol_options: {} }, http_filters: httpFilters, ...rest },
      ),
    },
  };
}

const retry: Fields = {
  retry_policy: { retry_on: '5xx', num_retries: 2, retry_back_off: { base_interval: '0.001s' } },
};

function to(prefix: string, cluster: string, action: Fields = {}, rest: Fields = {}): Fields {
  return { match: { prefix }, name: prefix.slice(1), route: { cluster, ...action }, ...rest };
}

const perRoute = (name: string, config: Plain): Fields => ({ typed_per_filter_config: { [name]: config } });

const rbac = filter('rbac', 'rbac.v3.RBAC', {
  rules: {
    action: 'DENY',
    policies: {
      no: { permissions: [{ url_path: { path: { prefix: '/guarded/no' } } }], principals: [{ any: true }] },
    },
  },
});

const compressor = filter('compressor', 'compressor.v3.Compressor', {
  compressor_library: {
    name: 'gzip',
    typed_config: longTyped('envoy.extensions.compression.gzip.compressor.v3.Gzip'),
  },
  response_direction_config: { common_config: { min_content_length: 30 } },
});

const routes: readonly Fields[] = [
  to('/mutated', 'mutated'),
  to('/bare', 'bare'),
  to('/retried', 'mutated', retry),
  to('/hedged', 'mutated', {
    hedge_policy: { hedge_on_per_try_timeout: true },
    retry_policy: { retry_on: '5xx', per_try_timeout: '0.1s', num_retries: 1 },
  }),
  to('/timed', 'mutated', { timeout: '0.1s' }),
  to('/buffered', 'buffered'),
  to('/buffered-retried', 'buffered', retry),
  to(
    '/large',
    'buffered',
    {},
    perRoute(
      'envoy.filters.http.buffer',
      typed('buffer.v3.BufferPerRoute', { buffer: { max_request_bytes: 40 } }),
    ),
  ),
  to(
    '/unbuffered',
    'buffered',
    {},
    perRoute('envoy.filters.http.buffer', typed('buffer.v3.BufferPerRoute', { disabled: true })),
  ),
  to(
    '/guarded',
    'guarded',
    { ...retry },
    { response_headers_to_add: [{ header: { key: 'x-route', value: 'here' } }] },
  ),
  to('/packed', 'packed'),
  to('/own', 'own-retry'),
  to('/off', 'disabled'),
  to(
    '/on',
    'disabled',
    {},
    perRoute(
      'both',
      typed('header_mutation.v3.HeaderMutationPerRoute', {
        mutations: { request_mutations: [option('x-upstream', 'from the route')] },
      }),
    ),
  ),
  to(
    '/turned-on',
    'disabled',
    {},
    perRoute('both', longTyped('envoy.config.route.v3.FilterConfig', { config: {} })),
  ),
  to(
    '/turned-off',
    'mutated',
    {},
    perRoute('both', longTyped('envoy.config.route.v3.FilterConfig', { disabled: true })),
  ),
  to('/mirrored', 'main', { request_mirror_policies: [{ cluster: 'mutated' }] }),
  to('/mirrored-guarded', 'main', { request_mirror_policies: [{ cluster: 'guarded' }] }),
  to('/redirected', 'mutated', { internal_redirect_policy: {} }),
];

const ok = reply(
  '200 OK',
  [
    ['x-origin', 'here'],
    ['x-secret', 'yes'],
  ],
  'body',
);
const bad = reply('503 Service Unavailable', [['x-origin', 'bad']], 'no');

type Rest = Omit<Partial<DifferentialCase>, 'name' | 'steps'>;

function on(listener: string, name: string, text: string, rest: Rest = {}): DifferentialCase {
  return simple(`attempt filters: ${name}`, text, { listener, ...rest });
}

const ofCluster = (name: string, text: string, rest: Rest = {}): DifferentialCase =>
  on('cluster-filters', name, text, { origin: [ok], ...rest });

const ofRouter = (name: string, text: string, rest: Rest = {}): DifferentialCase =>
  on('router-filters', `of the router: ${name}`, text, { origin: [ok], ...rest });

const chunked =
  'POST /mutated HTTP/1.1\r\nhost: test.local\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-last: 1\r\n\r\n';
const trailing = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nx-end: 1\r\n\r\n';

const clusters: readonly DifferentialCase[] = [
  ofCluster('both directions', get('/mutated', [['x-gone', '1']])),
  ofCluster('a body', post('/mutated', 'hello')),
  ofCluster('HEAD', 'HEAD /mutated HTTP/1.1\r\nhost: test.local\r\n\r\n', {
    origin: [reply('200 OK', [['content-length', '4']])],
  }),
  ofCluster('trailers', chunked, { origin: [trailing] }),
  ofCluster('no filters', get('/bare')),
  ofCluster('a retry', get('/retried'), { origin: [bad, ok] }),
  ofCluster('a retry with a body', post('/retried', 'hello'), { origin: [bad, bad, ok] }),
  ofCluster('retries that end', get('/retried'), { origin: [bad, bad, bad] }),
  ofCluster('a reset', get('/mutated'), { origin: [['reset']] }),
  ofCluster('a reset that is retried', get('/retried'), { origin: [['reset'], ok] }),
  ofCluster('a reset in the body', get('/mutated'), {
    origin: [[{ send: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab' }, 'reset']],
  }),
  ofCluster('a hedge', get('/hedged'), { origin: [['hang'], ok] }),
  ofCluster('a timeout', get('/timed'), { origin: [['hang']] }),
  ofCluster('the client goes', get('/mutated'), { origin: [ok] }),
  ofCluster('an informational answer', get('/mutated'), {
    origin: [`HTTP/1.1 103 Early Hints\r\n\r\n${ok}`],
  }),
  ofCluster('disabled', get('/off')),
  ofCluster('disabled, with configuration on the route', get('/on')),
  ofCluster('disabled, turned on by the route', get('/turned-on')),
  ofCluster('turned off by the route', get('/turned-off')),
  ofCluster('a mirror', get('/mirrored'), { origin: [ok, ok] }),
  ofCluster('a mirror with a body', post('/mirrored', 'hello'), { origin: [ok, ok] }),
  ofCluster('an internal redirect', get('/redirected'), {
    origin: [reply('302 Found', [['location', 'http://test.local/mutated/2']]), ok],
  }),
  ofCluster('a small body in the buffer', post('/buffered', 'hello')),
  ofCluster('a chunked body in the buffer', chunked.replace('/mutated', '/buffered')),
  ofCluster('a body that outgrows the buffer', post('/buffered', 'hello, this is too long'), { origin: [] }),
  ofCluster(
    'a chunked body that outgrows the buffer',
    'POST /buffered HTTP/1.1\r\nhost: test.local\r\ntransfer-encoding: chunked\r\n\r\n14\r\nhello, this is too l\r\n0\r\n\r\n',
    { origin: [] },
  ),
  ofCluster('a buffered body is retried', post('/buffered-retried', 'hello'), { origin: [bad, ok] }),
  ofCluster('a route with a larger buffer', post('/large', 'hello, this is too long')),
  ofCluster('a route without the buffer', post('/unbuffered', 'hello, this is too long')),
  ofCluster('RBAC lets pass', get('/guarded/yes')),
  ofCluster('RBAC refuses', get('/guarded/no'), { origin: [] }),
  ofCluster('RBAC refuses a body', post('/guarded/no', 'hello'), { origin: [] }),
  ofCluster('compression', get('/packed', [['accept-encoding', 'gzip']]), {
    origin: [
      reply(
        '200 OK',
        [['content-type', 'text/plain']],
        'a body that is long enough to be compressed, is it not?',
      ),
    ],
  }),
];

const routers: readonly DifferentialCase[] = [
  ofRouter('both directions', get('/mutated/x')),
  ofRouter('a cluster with its own', get('/own')),
  ofRouter('a cluster that wants none', get('/bare')),
  ofRouter('a retry', get('/retry'), { origin: [bad, ok] }),
  ofRouter('a mirror', get('/mirrored'), { origin: [ok, ok] }),
  ofRouter('RBAC refuses', get('/guarded/no'), { origin: [] }),
  ofRouter('a refused connection', get('/refused'), { origin: [] }),
];

/** Filters of attempts: those of clusters, and those of the router. */
export const attemptFilterFamily: FilterFamily = {
  listeners: {
    'cluster-filters': { filters: [], routes },
    'router-filters': {
      filters: [],
      routes: [
        to('/own', 'mutated'),
        to('/bare', 'bare'),
        to('/retry', 'main', retry),
        to('/mirrored', 'main', { request_mirror_policies: [{ cluster: 'mutated' }] }),
        to('/refused', 'refused', retry),
      ],
      router: { upstream_http_filters: [second, rbac, codec] },
    },
    'attempt-filter-asked': {
      filters: [
        filter('ext_authz', 'ext_authz.v3.ExtAuthz', {
          http_service: {
            server_uri: { uri: 'http://authz.local', cluster: 'mutated', timeout: '5s' },
            authorization_response: {
              allowed_upstream_headers: { patterns: [{ exact: 'x-answered' }] },
            },
          },
        }),
      ],
    },
    'attempt-filter-log': {
      filters: [],
      routes,
      attemptLog:
        '%REQ(X-UPSTREAM)% %RESP(X-ANSWERED)% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS% %BYTES_SENT% %BYTES_RECEIVED%',
    },
  },
  clusters: {
    mutated: options([both, second, codec]),
    bare: options([codec]),
    buffered: options([filter('buffer', 'buffer.v3.Buffer', { max_request_bytes: 10 }), codec]),
    guarded: options([rbac, codec]),
    packed: options([compressor, codec]),
    disabled: options([{ ...both, disabled: true }, codec]),
    'own-retry': options([both, codec], retry),
  },
  cases: [
    ...clusters,
    ...routers,
    on('attempt-filter-asked', 'a question of ext_authz', get('/'), { origin: [ok, ok] }),
    on('attempt-filter-log', 'the log of an attempt', get('/mutated'), { origin: [ok] }),
    on('attempt-filter-log', 'the logs of retries', post('/retried', 'hello'), { origin: [bad, ok] }),
    on('attempt-filter-log', 'the log of an attempt that a filter ended', get('/guarded/no'), { origin: [] }),
    on(
      'attempt-filter-log',
      'the log of a body that outgrew the buffer',
      post('/buffered', 'hello, this is too long'),
      { origin: [] },
    ),
  ],
};
