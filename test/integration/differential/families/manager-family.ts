import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, post, reply, request, simple } from '../differential-case.js';
import { type FilterFamily, type FilterListener, filter, routeWith, typed } from './filter-family.js';

const ipPrefix = 'envoy.extensions.http.original_ip_detection';
const xff = (fields: { [name: string]: Plain }): Plain => ({
  name: 'xff',
  typed_config: typed(`${ipPrefix}.xff.v3.XffConfig`, fields),
});
const customHeader = (fields: { [name: string]: Plain }): Plain => ({
  name: 'own',
  typed_config: typed(`${ipPrefix}.custom_header.v3.CustomHeaderConfig`, fields),
});
const range = (prefix: string, length: number): Plain => ({ address_prefix: prefix, prefix_len: length });
const internal = { cidr_ranges: [range('10.0.0.0', 8), range('127.0.0.0', 8)] };
const mutation = 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation';
const perRoute = 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute';
const routerType = 'envoy.extensions.filters.http.router.v3.Router';
const adding = (name: string): Plain => ({
  append: { header: { key: name, value: 'here' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
});
const marker = (name: string, rest: { [field: string]: Plain } = {}): Plain => ({
  ...filter(name, mutation, { mutations: { request_mutations: [adding(`x-${name}`)] } }),
  ...rest,
});
const preserveCase = (fields: { [name: string]: Plain } = {}): Plain => ({
  stateful_formatter: {
    name: 'preserve_case',
    typed_config: typed(
      'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig',
      fields,
    ),
  },
});
const upstreamHttp1 = (fields: { [name: string]: Plain }, rest: { [name: string]: Plain } = {}): Plain => ({
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    { explicit_http_config: { http_protocol_options: fields }, ...rest },
  ),
});
const failing: Plain[] = [
  { match: { prefix: '/refused' }, route: { cluster: 'refused' } },
  { match: { prefix: '/no-cluster' }, route: { cluster_header: 'x-nowhere' } },
  { match: { prefix: '/slow' }, route: { cluster: 'main', timeout: '0.05s' } },
  { match: { prefix: '/direct' }, direct_response: { status: 503, body: { inline_string: 'no' } } },
  { match: { path: '/' }, route: { cluster: 'main' } },
  {
    match: { prefix: '/retried' },
    route: { cluster: 'main', retry_policy: { retry_on: '5xx', num_retries: 1 } },
  },
  { match: { prefix: '/origin' }, route: { cluster: 'main' } },
  { match: { prefix: '/', headers: [{ name: 'never', present_match: true }] }, route: { cluster: 'main' } },
  { match: { prefix: '/' }, direct_response: { status: 404 } },
];
const manager = (fields: FilterListener['manager'], rest: Partial<FilterListener> = {}): FilterListener => ({
  filters: [],
  ...(fields === undefined ? {} : { manager: fields }),
  ...rest,
});

const listeners: { readonly [name: string]: FilterListener } = {
  'xff-hops': manager({
    original_ip_detection_extensions: [xff({ xff_num_trusted_hops: 1 })],
    internal_address_config: internal,
  }),
  'xff-append': manager({
    original_ip_detection_extensions: [xff({ skip_xff_append: false })],
    internal_address_config: internal,
  }),
  'xff-cidrs': manager({
    original_ip_detection_extensions: [
      xff({ xff_trusted_cidrs: { cidrs: [range('127.0.0.1', 32), range('10.0.0.0', 8)] } }),
    ],
    internal_address_config: internal,
  }),
  'xff-far': manager({
    original_ip_detection_extensions: [xff({ xff_trusted_cidrs: { cidrs: [range('192.0.2.0', 24)] } })],
  }),
  'own-header': manager({
    original_ip_detection_extensions: [
      customHeader({ header_name: 'x-real-ip', allow_extension_to_set_address_as_trusted: true }),
    ],
    internal_address_config: internal,
  }),
  'own-reject': manager({
    original_ip_detection_extensions: [
      customHeader({ header_name: 'x-real-ip', reject_with_status: { code: 'Unauthorized' } }),
    ],
  }),
  'own-reject-2xx': manager({
    original_ip_detection_extensions: [
      customHeader({ header_name: 'x-real-ip', reject_with_status: { code: 'OK' } }),
    ],
  }),
  'two-detectors': manager({
    original_ip_detection_extensions: [customHeader({ header_name: 'x-real-ip' }), xff({})],
    internal_address_config: internal,
  }),
  early: manager({
    early_header_mutation_extensions: [
      {
        name: 'early',
        typed_config: typed('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', {
          mutations: [
            { remove: 'x-removed' },
            { append: { header: { key: 'x-forwarded-for', value: '192.0.2.9' } } },
            { append: { header: { key: 'x-seen', value: '%REQ(x-first)%-%REQ(:path)%' } } },
            { append: { header: { key: 'x-envoy-retry-on', value: '5xx' } } },
          ],
        }),
      },
    ],
  }),
  'case-kept': manager(
    { http_protocol_options: { header_key_format: preserveCase(), enable_trailers: true } },
    {
      routes: [{ match: { prefix: '/' }, route: { cluster: 'cased' } }],
    },
  ),
  'case-kept-down': manager({ http_protocol_options: { header_key_format: preserveCase() } }),
  'case-kept-up': manager({}, { routes: [{ match: { prefix: '/' }, route: { cluster: 'cased' } }] }),
  'case-reason': manager(
    {
      http_protocol_options: {
        header_key_format: preserveCase({ formatter_type_on_envoy_headers: 'PROPER_CASE' }),
      },
    },
    { routes: [{ match: { prefix: '/' }, route: { cluster: 'reasoned' } }] },
  ),
  'case-proper': manager(
    { http_protocol_options: { header_key_format: { proper_case_words: {} } } },
    {
      routes: [{ match: { prefix: '/' }, route: { cluster: 'proper' } }],
    },
  ),
  'full-url': manager({}, { routes: [{ match: { prefix: '/' }, route: { cluster: 'full-url' } }] }),
  'switched-filters': manager(
    {},
    {
      filters: [marker('first'), marker('second', { disabled: true }), marker('third', { disabled: true })],
      routes: [
        routeWith('/both', {
          second: typed(perRoute, { mutations: {} }),
          third: typed('envoy.config.route.v3.FilterConfig', { config: {} }),
        }),
        routeWith('/not-first', { first: typed('envoy.config.route.v3.FilterConfig', { disabled: true }) }),
      ],
      virtualHost: {
        typed_per_filter_config: {
          third: typed('envoy.config.route.v3.FilterConfig', { config: {}, disabled: false }),
        },
      },
    },
  ),
  'upgrade-chains': manager(
    {
      upgrade_configs: [
        { upgrade_type: 'websocket', filters: [marker('tunnel'), filter('router', routerType)] },
        { upgrade_type: 'Other', enabled: true },
        {
          upgrade_type: 'sleeping',
          enabled: false,
          filters: [marker('woken'), filter('router', routerType)],
        },
      ],
    },
    {
      filters: [marker('ordinary')],
      routes: [
        {
          match: { prefix: '/wakes' },
          route: { cluster: 'main', upgrade_configs: [{ upgrade_type: 'sleeping' }] },
        },
        {
          match: { prefix: '/forbids' },
          route: { cluster: 'main', upgrade_configs: [{ upgrade_type: 'websocket', enabled: false }] },
        },
        {
          match: { prefix: '/allows' },
          route: { cluster: 'main', upgrade_configs: [{ upgrade_type: 'unlisted' }] },
        },
      ],
    },
  ),
  'ignored-upgrades': manager({
    http_protocol_options: { ignore_http_11_upgrade: [{ prefix: 'TLS' }, { exact: 'ignored' }] },
    upgrade_configs: [{ upgrade_type: 'websocket' }],
  }),
  'scheme-upstream': manager({ scheme_header_transformation: { match_upstream: true } }),
  'port-added': manager({ append_x_forwarded_port: true }),
  'port-edge': manager({ append_x_forwarded_port: true, use_remote_address: true }),
  'port-hop': manager({ append_x_forwarded_port: true, use_remote_address: true, xff_num_trusted_hops: 1 }),
  'id-plain': manager({
    request_id_extension: {
      typed_config: typed('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', {
        pack_trace_reason: false,
        use_request_id_for_trace_sampling: false,
      }),
    },
    always_set_request_id_in_response: true,
  }),
  'status-name': manager({ proxy_status_config: {} }, { routes: failing }),
  'status-recommended': manager(
    { proxy_status_config: { set_recommended_response_code: true, use_node_id: true } },
    { routes: failing },
  ),
  'status-literal': manager(
    { server_name: 'unused', proxy_status_config: { remove_details: true, literal_proxy_name: 'edge-1' } },
    { routes: failing },
  ),
  'status-flags': manager(
    {
      server_name: 'named',
      proxy_status_config: { remove_response_flags: true, remove_connection_termination_details: true },
    },
    { routes: failing },
  ),
  'own-upgrade-limits': manager({ via: 'one', server_name: 'two' }),
  tolerant: manager({ stream_error_on_invalid_http_message: true }),
  'tolerant-1': manager({ http_protocol_options: { override_stream_error_on_invalid_http_message: true } }),
};

const detectors = [
  'xff-hops',
  'xff-append',
  'xff-cidrs',
  'xff-far',
  'own-header',
  'own-reject',
  'own-reject-2xx',
  'two-detectors',
];
const forwardings: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['nothing', []],
  ['one address', [['x-forwarded-for', '203.0.113.7']]],
  ['one internal address', [['x-forwarded-for', '10.1.2.3']]],
  ['two addresses', [['x-forwarded-for', '203.0.113.7, 198.51.100.2']]],
  ['trusted ones on the right', [['x-forwarded-for', '203.0.113.7,10.0.0.1, 10.0.0.2']]],
  ['only trusted ones', [['x-forwarded-for', '10.0.0.1,10.0.0.2']]],
  ['no address', [['x-forwarded-for', 'unknown']]],
  ['a broken one on the left', [['x-forwarded-for', 'nonsense, 10.0.0.2']]],
  ['an empty entry', [['x-forwarded-for', '203.0.113.7, ,10.0.0.2']]],
  ['IPv6', [['x-forwarded-for', '2001:db8::1']]],
  ['an address with a port', [['x-forwarded-for', '203.0.113.7:80']]],
  ['an own header', [['x-real-ip', '198.51.100.9']]],
  [
    'an own internal header',
    [
      ['x-real-ip', '10.9.9.9'],
      ['x-envoy-retry-on', '5xx'],
    ],
  ],
  ['an own header of words', [['x-real-ip', 'me']]],
  [
    'an own header and a list',
    [
      ['x-real-ip', '198.51.100.9'],
      ['x-forwarded-for', '203.0.113.7'],
    ],
  ],
  [
    'two own headers',
    [
      ['x-real-ip', '198.51.100.9'],
      ['x-real-ip', '198.51.100.10'],
    ],
  ],
];
const detection = detectors.flatMap((listener) =>
  forwardings.map(([name, headers]) => simple(`${listener}: ${name}`, get('/', headers), { listener })),
);

const mixed = request(
  'POST',
  '/Case',
  [
    ['HOST', 'Test.Local'],
    ['X-MiXed', 'a'],
    ['x-mixed', 'b'],
    ['Content-Length', '2'],
    ['aCCept', '*/*'],
  ],
  'hi',
);
const mixedChunks = request(
  'POST',
  '/Case',
  [
    ['HoSt', 'Test.Local'],
    ['Transfer-ENCODING', 'chunked'],
    ['X-One', '1'],
  ],
  '2\r\nhi\r\n0\r\nX-End: 1\r\n\r\n',
);
const mixedReply = reply(
  '299 Quite Fine',
  [
    ['X-OriGin', '1'],
    ['Content-LENGTH', '2'],
    ['DATE', 'Tue, 01 Jan 2030 00:00:00 GMT'],
    ['server', 'o'],
  ],
  'ok',
);
const spellings = [
  'case-kept',
  'case-kept-down',
  'case-kept-up',
  'case-reason',
  'case-proper',
  'full-url',
].flatMap((listener): DifferentialCase[] => [
  simple(`${listener}: both ways`, mixed, { listener, origin: [mixedReply] }),
  simple(`${listener}: chunks`, mixedChunks, {
    listener,
    origin: [reply('200 OK', [['Transfer-Encoding', 'chunked']], '2\r\nok\r\n0\r\nX-End: 1\r\n\r\n')],
  }),
  simple(`${listener}: a local reply`, get('/__probe'), { listener }),
  simple(`${listener}: nothing to send`, request('POST', '/', [['X-A', '1']]), { listener }),
  simple(`${listener}: an absolute URL`, get('http://Other.Host:81/x?y', [['X-A', '1']]), { listener }),
]);

const upgrade = (type: string, path = '/'): string =>
  get(path, [
    ['connection', 'Upgrade'],
    ['upgrade', type],
  ]);
const switching = [
  'complete',
  { send: 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n' },
  'echo',
] as const;
const tunnel = (name: string, listener: string, type: string, path = '/'): DifferentialCase => ({
  name,
  listener,
  steps: [upgrade(type, path), { text: '\r\n\r\n' }, 'ping', { text: 'ping' }, 'end', 'closed'],
  origin: [switching],
  probes: false,
});
const refusedUpgrade = (name: string, listener: string, type: string, path = '/'): DifferentialCase => ({
  name,
  listener,
  steps: [upgrade(type, path), { responses: 1 }],
});

const noTunnel = (type: string, status: string): DifferentialCase => ({
  ...refusedUpgrade(`${type} is answered with ${status}`, 'upgrade-chains', type),
  origin: [
    [
      {
        send: reply(
          status,
          [
            ['location', '/there'],
            ['x-origin', 'a'],
            ['content-type', 'text/plain'],
          ],
          'no tunnel',
        ),
      },
    ],
  ],
});

const upgrades: DifferentialCase[] = [
  ...['websocket', 'WebSocket', 'other'].flatMap((type) =>
    ['200 OK', '204 No Content', '302 Found', '404 Not Found', '503 Service Unavailable'].map((status) =>
      noTunnel(type, status),
    ),
  ),
  tunnel('a tunnel has filters of its own', 'upgrade-chains', 'websocket'),
  tunnel('a tunnel without filters of its own', 'upgrade-chains', 'other'),
  refusedUpgrade('an upgrade that is switched off', 'upgrade-chains', 'sleeping'),
  tunnel('a route switches an upgrade on', 'upgrade-chains', 'sleeping', '/wakes'),
  refusedUpgrade('a route switches an upgrade off', 'upgrade-chains', 'websocket', '/forbids'),
  {
    ...refusedUpgrade(
      'a route allows what the manager does not list',
      'upgrade-chains',
      'unlisted',
      '/allows',
    ),
    origin: [[{ send: reply('200 OK', [], 'ok') }]],
  },
  simple('no upgrade at all', get('/'), { listener: 'upgrade-chains' }),
  simple('an upgrade that is ignored', upgrade('ignored'), { listener: 'ignored-upgrades' }),
  simple('an upgrade that is ignored by its prefix', upgrade('TLS/1.2'), { listener: 'ignored-upgrades' }),
  simple('an upgrade that is ignored in other letters', upgrade('IGNORED'), { listener: 'ignored-upgrades' }),
  tunnel('an upgrade that is not ignored', 'ignored-upgrades', 'websocket'),
];

const troubles: readonly (readonly [string, string, DifferentialCase['origin']])[] = [
  ['a refused connection', get('/refused'), undefined],
  ['no cluster', get('/no-cluster'), undefined],
  ['a timeout', get('/slow'), [['hang']]],
  ['a direct response', get('/direct'), undefined],
  ['an origin that closes', get('/origin'), [['complete', 'close']]],
  ['an origin that resets', get('/origin'), [['complete', 'reset']]],
  ['an origin that talks nonsense', get('/origin'), ['nonsense\r\n\r\n']],
  ['an origin that fails', get('/origin'), [reply('500 Internal Server Error', [], 'no')]],
  [
    'an origin that says so itself',
    get('/origin'),
    [reply('502 Bad Gateway', [['proxy-status', 'origin; error=x']], 'no')],
  ],
  [
    'no retries left',
    get('/retried'),
    [reply('500 Internal Server Error'), reply('500 Internal Server Error')],
  ],
  ['a good answer', get('/origin'), undefined],
  ['no route', get('/nowhere'), undefined],
];
const statuses = ['status-name', 'status-recommended', 'status-literal', 'status-flags'].flatMap((listener) =>
  troubles.map(([name, text, origin]) =>
    simple(`${listener}: ${name}`, text, { listener, ...(origin === undefined ? {} : { origin }) }),
  ),
);

/** Fields of the connection manager that the feature bootstrap does not have. */
export const managerFamily: FilterFamily = {
  listeners,
  clusters: {
    cased: {
      typed_extension_protocol_options: upstreamHttp1({
        header_key_format: preserveCase(),
        enable_trailers: true,
      }),
    },
    reasoned: {
      typed_extension_protocol_options: upstreamHttp1({
        header_key_format: preserveCase({ forward_reason_phrase: true }),
      }),
    },
    proper: {
      typed_extension_protocol_options: upstreamHttp1({ header_key_format: { proper_case_words: {} } }),
    },
    'full-url': { typed_extension_protocol_options: upstreamHttp1({ send_fully_qualified_url: true }) },
  },
  cases: [
    ...detection,
    simple(
      'early mutations',
      get('/early?q', [
        ['x-removed', '1'],
        ['x-first', 'a'],
        ['x-forwarded-for', '10.0.0.1'],
      ]),
      { listener: 'early' },
    ),
    simple('early mutations of little', get('/early'), { listener: 'early' }),
    ...spellings,
    simple('disabled filters stay out', get('/elsewhere'), { listener: 'switched-filters' }),
    simple('a route turns filters on', get('/both'), { listener: 'switched-filters' }),
    simple('a route turns a filter off', get('/not-first'), { listener: 'switched-filters' }),
    ...upgrades,
    simple('the scheme follows the upstream', get('/', [['x-forwarded-proto', 'https']]), {
      listener: 'scheme-upstream',
    }),
    ...['port-added', 'port-edge', 'port-hop'].flatMap((listener) => [
      simple(`${listener}: none before`, get('/'), { listener }),
      simple(
        `${listener}: one before`,
        get('/', [
          ['x-forwarded-port', '99'],
          ['x-forwarded-for', '10.0.0.1'],
        ]),
        { listener },
      ),
    ]),
    simple('a request id of its own', get('/', [['x-request-id', '3e2b5a94-4a4e-4a4e-8a4e-3e2b5a944a4e']]), {
      listener: 'id-plain',
    }),
    ...statuses,
    ...['tolerant', 'tolerant-1'].flatMap((listener) => [
      simple(`${listener}: a bad header`, 'GET / HTTP/1.1\r\nhost: a\r\nbad name: 1\r\n\r\n', { listener }),
      simple(`${listener}: no host`, 'GET / HTTP/1.1\r\n\r\n', { listener }),
      simple(
        `${listener}: both lengths`,
        'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
        { listener },
      ),
      simple(`${listener}: a bad host`, 'GET / HTTP/1.1\r\nhost: a b\r\n\r\n', { listener }),
    ]),
    simple('via and server', post('/', 'x'), { listener: 'own-upgrade-limits' }),
  ],
};
