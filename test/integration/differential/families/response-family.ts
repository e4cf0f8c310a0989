import type { Plain } from '../../../../src/base/plain.js';
import {
  type DifferentialCase,
  get,
  type HeaderList,
  post,
  reply,
  request,
  simple,
} from '../differential-case.js';
import { type Fields, type FilterFamily, typed as longTyped } from './filter-family.js';
import { filter, routeTo, typed } from './shorthand.js';

const action = (name: string, typeUrl: string, fields: Fields = {}): Fields => ({
  action: { name, typed_config: longTyped(typeUrl, fields) },
});
const input = (typeUrl: string, fields: Fields = {}): Fields => ({
  name: 'input',
  typed_config: longTyped(typeUrl, fields),
});
const status = input('envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput');
const statusClass = input('envoy.type.matcher.v3.HttpResponseStatusCodeClassMatchInput');
const header = (name: string): Fields =>
  input('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: name });
const is = (of: Fields, value: string): Fields => ({
  single_predicate: { input: of, value_match: { exact: value } },
});
const list = (...entries: readonly (readonly [Plain, Plain])[]): Fields => ({
  matcher_list: { matchers: entries.map(([predicate, on_match]) => ({ predicate, on_match })) },
});

const local = (fields: Fields): Fields =>
  action(
    'local',
    'envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy',
    fields,
  );
const redirect = (fields: Fields): Fields =>
  action('redirect', 'envoy.extensions.http.custom_response.redirect_policy.v3.RedirectPolicy', fields);
const custom = (matcher: Fields): Fields =>
  typed('custom_response.v3.CustomResponse', { custom_response_matcher: matcher });

const answered = (name: string, path: string, code: string, headers: HeaderList = []): DifferentialCase =>
  simple(`custom_response: ${name}`, get(path, headers), {
    listener: 'custom-response',
    origin: [
      reply(
        code,
        [
          ['x-origin', 'yes'],
          ['content-type', 'text/html'],
        ],
        'from the origin',
      ),
    ],
  });

/** Envoy gives up the connection in the middle of the response that is replaced; here it is used again. */
const fetched = (it: DifferentialCase): DifferentialCase => ({
  ...it,
  ignores: [
    /upstream_cx_|upstream_rq_pending_total|upstream_rq_rx_reset|upstream_rq_tx_reset|connection \d\]/,
  ],
});

const skip = action('skip', 'envoy.extensions.filters.common.matcher.action.v3.SkipFilter');
const abort = (http_status: number): Fields =>
  typed('fault.v3.HTTPFault', { abort: { http_status, percentage: { numerator: 100 } } });
const delegate = (inner: Fields, matcher: Fields): Fields => ({
  name: 'envoy.filters.http.match_delegate',
  typed_config: longTyped('envoy.extensions.common.matching.v3.ExtensionWithMatcher', {
    extension_config: { name: 'inner', typed_config: inner },
    xds_matcher: matcher,
  }),
});
const range = (address_prefix: string, prefix_len: number, then: Fields, exclusive = false): Fields => ({
  ranges: [{ address_prefix, prefix_len }],
  on_match: then,
  exclusive,
});
const clientRanges: Fields = {
  matcher_tree: {
    input: input('envoy.extensions.matching.common_inputs.network.v3.SourceIPInput'),
    custom_match: {
      name: 'ranges',
      typed_config: longTyped('xds.type.matcher.v3.IPMatcher', {
        range_matchers: [
          range('10.0.0.0', 8, skip, true),
          range('10.1.0.0', 16, { matcher: list([is(header('x-deep'), 'yes'), skip]) }),
          range('192.0.0.0', 8, skip),
          range('192.0.2.0', 24, { matcher: list([is(header('x-deep'), 'no'), skip]) }),
          range('2001:db8::', 32, skip),
        ],
      }),
    },
  },
};
const execute = (fields: Fields): Fields =>
  action('execute', 'envoy.extensions.filters.http.composite.v3.ExecuteFilterAction', {
    typed_config: { name: 'executed', typed_config: fields },
  });
/** The fault filter leaves its metadata under the name that it has in the chain: that of the delegate's filter, there. */
const at = (listener: string, name: string, headers: HeaderList = [], path = '/x'): DifferentialCase =>
  simple(`${listener}: ${name}`, get(path, headers), { listener, ignores: [/fault_filter_abort/] });

const adds = (key: string, value: string, append_action = 'APPEND_IF_EXISTS_OR_ADD'): Fields => ({
  append: { header: { key, value }, append_action },
});
const mutation = (fields: Fields): Fields => typed('header_mutation.v3.HeaderMutation', fields);
const onRoute = (mutations: Fields): { readonly [name: string]: Plain } => ({
  header_mutation: typed('header_mutation.v3.HeaderMutationPerRoute', { mutations }),
});
const query = (key: string, value: string, action = 'APPEND_IF_EXISTS_OR_ADD'): Fields => ({
  append: { record: { key, value }, action },
});
const actions = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS',
];
const levels = (wins: boolean): Fields => ({
  filters: [
    filter('header_mutation', 'header_mutation.v3.HeaderMutation', {
      most_specific_header_mutations_wins: wins,
      mutations: {
        request_mutations: [adds('x-level', 'filter')],
        response_mutations: [adds('x-level', 'filter'), { remove: 'x-gone' }],
      },
    }),
  ],
  virtualHost: {
    typed_per_filter_config: onRouteConfig({
      request_mutations: [adds('x-level', 'host', 'OVERWRITE_IF_EXISTS_OR_ADD')],
      response_mutations: [adds('x-level', 'host')],
    }),
  },
  routes: [
    routeTo(
      '/route',
      onRoute({
        request_mutations: [adds('x-level', 'route', 'OVERWRITE_IF_EXISTS_OR_ADD')],
        response_mutations: [adds('x-level', 'route', 'ADD_IF_ABSENT')],
      }),
    ),
  ],
});

function onRouteConfig(mutations: Fields): Fields {
  return { 'envoy.filters.http.header_mutation': onRoute(mutations)['header_mutation'] as Plain };
}

/** Responses that are replaced, filters that are chosen, headers that are changed. */
export const responseFamily: FilterFamily = {
  listeners: {
    'custom-response': {
      filters: [
        {
          name: 'envoy.filters.http.custom_response',
          typed_config: custom({
            ...list(
              [
                is(status, '404'),
                local({
                  status_code: 499,
                  body: { inline_string: 'not here' },
                  response_headers_to_add: [adds('x-custom', 'local')['append'] as Plain],
                }),
              ],
              [
                is(status, '403'),
                local({
                  body: { inline_string: 'no' },
                  body_format: { text_format: '%LOCAL_REPLY_BODY% %RESPONSE_CODE% %REQ(:path)%' },
                }),
              ],
              [
                is(status, '405'),
                local({
                  body_format: { json_format: { code: '%RESPONSE_CODE%' }, content_type: 'text/x' },
                  status_code: 200,
                }),
              ],
              [is(status, '406'), local({})],
              [is(status, '407'), local({ preserve_response_code_details: true })],
              [is(status, '408'), local({ response_code_details: 'own_details' })],
              [
                is(status, '502'),
                redirect({
                  uri: 'http://elsewhere.local/fetched?x=1#y',
                  status_code: 512,
                  response_headers_to_add: [adds('x-custom', 'redirect')['append'] as Plain],
                  request_headers_to_add: [adds('x-asked', '%REQ(:path)%')['append'] as Plain],
                }),
              ],
              [is(status, '504'), redirect({ redirect_action: { path_redirect: '/fetched' } })],
              [is(status, '505'), redirect({ uri: 'http://nowhere.local/x' })],
            ),
            on_no_match: {
              matcher: list([
                { and_matcher: { predicate: [is(statusClass, '5xx'), is(header('x-a'), 'b')] } },
                local({ status_code: 599 }),
              ]),
            },
          }),
        },
      ],
      virtualHost: { domains: ['test.local', 'elsewhere.local'] },
      routes: [
        {
          match: { prefix: '/direct' },
          direct_response: { status: 404, body: { inline_string: 'own words' } },
        },
        { match: { prefix: '/none' }, route: { cluster: 'refused' } },
        routeTo(
          '/fetched',
          {},
          { response_headers_to_add: [{ header: { key: 'x-fetched', value: 'yes' } }] },
        ),
        routeTo('/route', {
          custom_response: custom(list([is(status, '404'), local({ status_code: 498 })])),
        }),
      ],
    },
    delegate: {
      filters: [
        delegate(abort(418), {
          ...list(
            [is(header('x-skip'), 'yes'), skip],
            [
              { not_matcher: is(header('x-keep'), 'yes') },
              { matcher: list([is(header('x-nested'), 'skip'), skip]) },
            ],
            [
              {
                or_matcher: {
                  predicate: [
                    is(header('x-one'), '1'),
                    is(
                      input('envoy.type.matcher.v3.HttpRequestQueryParamMatchInput', { query_param: 'q' }),
                      'skip',
                    ),
                  ],
                },
              },
              skip,
            ],
          ),
        }),
      ],
      routes: [
        routeTo('/tree', {
          match_delegate: longTyped('envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute', {
            xds_matcher: {
              matcher_tree: {
                input: header('x-tree'),
                prefix_match_map: {
                  map: { a: skip, abc: { matcher: list([is(header('x-deep'), 'yes'), skip]) } },
                },
              },
            },
          }),
        }),
        routeTo('/ranges', {
          match_delegate: longTyped('envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute', {
            xds_matcher: clientRanges,
          }),
        }),
      ],
    },
    'delegate-late': {
      filters: [
        delegate(
          mutation({
            mutations: { request_mutations: [adds('x-in', '1')], response_mutations: [adds('x-out', '1')] },
          }),
          list([is(status, '201'), skip]),
        ),
      ],
    },
    composite: {
      filters: [
        delegate(typed('composite.v3.Composite'), {
          matcher_tree: {
            input: header('x-run'),
            exact_match_map: {
              map: {
                abort: execute(abort(451)),
                mutate: execute(mutation({ mutations: { response_mutations: [adds('x-out', '1')] } })),
              },
            },
          },
        }),
      ],
    },
    'composite-own': {
      filters: [
        filter('composite', 'composite.v3.Composite', {
          matcher: list([is(header('x-run'), 'abort'), execute(abort(452))]),
        }),
      ],
    },
    mutation: {
      filters: [filter('header_mutation', 'header_mutation.v3.HeaderMutation')],
      routes: [
        ...actions.map((name) =>
          routeTo(
            `/${name}`,
            onRoute({
              request_mutations: [adds('x-a', 'new', name)],
              response_mutations: [adds('x-b', 'new', name)],
              query_parameter_mutations: [query('q', 'new value/&', name)],
            }),
          ),
        ),
        routeTo(
          '/remove',
          onRoute({
            request_mutations: [{ remove: 'x-a' }],
            response_mutations: [{ remove_on_match: { key_matcher: { prefix: 'x-b' } } }],
            query_parameter_mutations: [{ remove: 'q' }],
          }),
        ),
        routeTo(
          '/formats',
          onRoute({
            request_mutations: [
              adds('x-a', '%REQ(:METHOD)% %REQ(x-none)%|%START_TIME(%Y)%|'),
              adds('x-empty', '%REQ(x-none)%'),
            ],
            response_mutations: [adds('x-b', '%RESPONSE_CODE% %RESP(x-b)%')],
            query_parameter_mutations: [query('z', '%REQ(x-a)%'), query('a', '1')],
          }),
        ),
        routeTo(
          '/pseudo',
          onRoute({
            request_mutations: [{ remove: 'x-forwarded-proto' }],
          }),
        ),
        {
          match: { prefix: '/direct' },
          direct_response: { status: 404 },
          typed_per_filter_config: onRouteConfig({ response_mutations: [adds('x-b', 'direct')] }),
        },
      ],
    },
    'mutation-trailers': {
      filters: [
        filter('header_mutation', 'header_mutation.v3.HeaderMutation', {
          mutations: {
            request_trailers_mutations: [adds('x-rt', 'new'), { remove: 'x-gone' }],
            response_trailers_mutations: [adds('x-t', '%RESPONSE_CODE%'), { remove: 'x-gone' }],
          },
        }),
      ],
      manager: { http_protocol_options: { enable_trailers: true } },
    },
    'mutation-levels': levels(false) as unknown as FilterFamily['listeners'][string],
    'mutation-wins': levels(true) as unknown as FilterFamily['listeners'][string],
  },
  cases: [
    answered('nothing to replace', '/x', '200 OK'),
    answered('a status and words', '/x', '404 Not Found'),
    answered('a format', '/x?y', '403 Forbidden'),
    answered('a JSON format', '/x', '405 Method Not Allowed'),
    answered('nothing given', '/x', '406 Not Acceptable'),
    answered('details that stay', '/x', '407 Proxy Authentication Required'),
    answered('details of its own', '/x', '408 Request Timeout'),
    answered('the class and a header', '/x', '500 Internal Server Error', [['x-a', 'b']]),
    answered('the class without the header', '/x', '500 Internal Server Error'),
    answered('a route of its own', '/route', '404 Not Found'),
    answered('a route whose matcher does not match', '/route', '403 Forbidden'),
    fetched(answered('fetched from another route', '/x', '502 Bad Gateway')),
    fetched(answered('fetched by a redirect action', '/x?q', '504 Gateway Timeout')),
    { ...answered('a redirect to nowhere', '/x', '505 HTTP Version Not Supported'), ignores: [/cluster=/] },
    simple('custom_response: a direct response', get('/direct'), { listener: 'custom-response' }),
    simple('custom_response: a refused connection', get('/none'), { listener: 'custom-response' }),
    fetched(
      simple('custom_response: fetched for a request with a body', post('/x', 'some body'), {
        listener: 'custom-response',
        origin: [reply('502 Bad Gateway'), reply('200 OK', [], 'fetched')],
      }),
    ),
    fetched(
      simple('custom_response: fetched in vain', get('/x'), {
        listener: 'custom-response',
        origin: [reply('502 Bad Gateway'), reply('500 Internal Server Error', [], 'also bad')],
      }),
    ),
    simple('custom_response: HEAD', request('HEAD', '/direct'), { listener: 'custom-response' }),
    simple('custom_response: gRPC', get('/direct', [['content-type', 'application/grpc']]), {
      listener: 'custom-response',
    }),
    at('delegate', 'no match'),
    at('delegate', 'skipped', [['x-skip', 'yes']]),
    at('delegate', 'nested', [['x-nested', 'skip']]),
    at('delegate', 'nested but kept', [
      ['x-nested', 'skip'],
      ['x-keep', 'yes'],
    ]),
    at('delegate', 'one of several', [['x-one', '1']]),
    at('delegate', 'a query parameter', [], '/x?p=1&q=skip'),
    ...['10.2.0.1', '192.1.0.1', '192.0.2.1', '2001:db8::1'].flatMap((client) => [
      at('delegate', `ranges, ${client}`, [['x-forwarded-for', client]], '/ranges'),
      at(
        'delegate',
        `ranges, ${client}, deep`,
        [
          ['x-forwarded-for', client],
          ['x-deep', 'yes'],
        ],
        '/ranges',
      ),
    ]),
    at(
      'delegate',
      'ranges, one within an exclusive one',
      [
        ['x-forwarded-for', '10.1.0.1'],
        ['x-deep', 'yes'],
      ],
      '/ranges',
    ),
    at('delegate', 'a route’s tree, no value', [], '/tree'),
    at('delegate', 'a route’s tree, a prefix', [['x-tree', 'abx']], '/tree'),
    at('delegate', 'a route’s tree, a longer prefix that fails', [['x-tree', 'abcd']], '/tree'),
    at(
      'delegate',
      'a route’s tree, a longer prefix',
      [
        ['x-tree', 'abcd'],
        ['x-deep', 'yes'],
      ],
      '/tree',
    ),
    at('delegate-late', 'kept'),
    simple('delegate-late: skipped', get('/x'), {
      listener: 'delegate-late',
      origin: [reply('201 Created')],
    }),
    at('composite', 'nothing run'),
    at('composite', 'a filter that answers', [['x-run', 'abort']]),
    at('composite', 'a filter that changes the response', [['x-run', 'mutate']]),
    at('composite-own', 'nothing run'),
    at('composite-own', 'a filter that answers', [['x-run', 'abort']]),
    ...[...actions, 'remove', 'formats', 'pseudo'].flatMap((name) => [
      simple(`header_mutation ${name}: present`, get(`/${name}?b=2&q=old&q=second&a`, [['x-a', 'old']]), {
        listener: 'mutation',
        origin: [
          reply(
            '200 OK',
            [
              ['x-b', 'old'],
              ['x-bb', 'other'],
            ],
            'x',
          ),
        ],
      }),
      simple(`header_mutation ${name}: absent`, get(`/${name}`), { listener: 'mutation' }),
    ]),
    simple('header_mutation: a direct response', get('/direct'), { listener: 'mutation' }),
    simple(
      'header_mutation: trailers',
      `${request('POST', '/x', [['transfer-encoding', 'chunked']])}1\r\na\r\n0\r\nx-gone: 1\r\nx-rt: old\r\n\r\n`,
      {
        listener: 'mutation-trailers',
        origin: [
          'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nb\r\n0\r\nx-gone: 1\r\nx-kept: 2\r\n\r\n',
        ],
      },
    ),
    ...['mutation-levels', 'mutation-wins'].flatMap((listener) =>
      ['/x', '/route'].map((path) =>
        simple(`header_mutation at ${listener} ${path}`, get(path), {
          listener,
          origin: [
            reply('200 OK', [
              ['x-gone', '1'],
              ['x-level', 'origin'],
            ]),
          ],
        }),
      ),
    ),
  ],
};
