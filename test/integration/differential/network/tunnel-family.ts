import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type OriginScript, reply } from '../differential-case.js';
import { type Fields, filter, typed } from '../families/filter-family.js';
import { headers } from '../http2-wire.js';
import { cluster } from '../network-bootstrap.js';
import type { NetworkListener } from '../network-listeners.js';
import { endingLog } from './ending-family.js';
import type { NetworkFamily } from './network-family.js';

const http2: Fields = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      { explicit_http_config: { http2_protocol_options: {} } },
    ),
  },
};

const to = (name: string, tunnel: Fields = {}, proxy: Fields = {}): NetworkListener => ({
  proxy: { cluster: name, tunneling_config: { hostname: 'far.local:443', ...tunnel }, ...proxy },
});
const header = (key: string, value: string, more: Fields = {}): Plain => ({
  header: { key, value },
  ...more,
});

/** Takes CONNECT and POST apart and goes on as plain bytes. */
function unwrapping(): Fields {
  const upgrade = { upgrade_type: 'CONNECT', connect_config: { allow_post: true } };
  const routes = [
    { match: { connect_matcher: {} }, route: { cluster: 'main', upgrade_configs: [upgrade] } },
    {
      match: { prefix: '/', headers: [{ name: ':method', string_match: { exact: 'POST' } }] },
      route: { cluster: 'main', upgrade_configs: [upgrade] },
    },
  ];
  const manager = {
    stat_prefix: `inner`,
    http2_protocol_options: { allow_connect: true },
    delayed_close_timeout: '0.05s',
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
    http_filters: [filter('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router')],
  };
  const type = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
  return { filter_chains: [{ filters: [filter('http', type, manager)] }] };
}

const inside = get('/inside');
const agreed = (head = 'HTTP/1.1 200 Fine\r\nx-own: 1\r\n\r\n'): OriginScript => [{ send: head }, 'echo'];
const refusing = reply('403 Forbidden', [['x-why', 'no']], 'no');

function carried(name: string, listener: string, origin: readonly OriginScript[] = []): DifferentialCase {
  const steps = ['hello', { text: 'hello' }, 'more', { text: 'more' }, 'end', 'closed'] as const;
  return { name: `tunnel: ${name}`, listener, steps, origin, probes: false };
}

function refused(name: string, listener: string, origin: readonly OriginScript[]): DifferentialCase {
  return { name: `tunnel: ${name}`, listener, steps: ['closed'], origin, probes: false };
}

/** What differs in the connection manager that takes them apart, not in the tunnels. */
const insideWrapping = [
  /cluster\.wrapped-.*\.upstream_(?:cx_(?:[rt]x_bytes_total|close_notify)|rq_(?:rx_reset_no_error|tx_reset))/,
  /cluster\.main\.upstream_cx_destroy_(?:\w*with_active_rq|local|remote)/,
  /http2\.|^. http\.inner/,
];
/** The settings that each sends. */
const settingsSize = [/upstream_cx_tx_bytes_total/];

/** Through a listener of the same proxy that takes the tunnel apart. */
function unwrapped(listener: string): DifferentialCase[] {
  return [
    {
      name: `tunnel: ${listener}, and taken apart again`,
      listener,
      steps: [inside, { responses: 1 }, inside, { responses: 2 }, 'end', 'closed'],
      probes: false,
      ignores: insideWrapping,
    },
    {
      name: `tunnel: ${listener}, ended by the origin`,
      listener,
      steps: [inside, 'closed'],
      origin: [['complete', { send: reply('200 OK', [], 'bye') }, 'close']],
      probes: false,
      ignores: insideWrapping,
    },
  ];
}

const streamReset = { textAtOrigin: '\0\0\x04\x03\0\0\0\0\x01' };
const h2 = (status: string, ends = false): OriginScript => [
  { send: headers(1, [[':status', status]], ends) },
];

export const tunnelLog =
  ' headers=%FILTER_STATE(envoy.tcp_proxy.propagate_response_headers:TYPED)%' +
  ' trailers=%FILTER_STATE(envoy.tcp_proxy.propagate_response_trailers:TYPED)%' +
  ' failure=%UPSTREAM_TRANSPORT_FAILURE_REASON% protocol=%UPSTREAM_PROTOCOL% code=%RESPONSE_CODE%' +
  ' ids=%DYNAMIC_METADATA(envoy.filters.network.tcp_proxy)%' +
  // What a refused answer's body and the frames of HTTP/2 weigh is not the same.
  endingLog.replace(/ UPSTREAM_(?:WIRE|HEADER)_BYTES_\w+=%\w+%/g, '');

/** `tunneling_config` of tcp_proxy. */
export const tunnelFamily: NetworkFamily = {
  listeners: {
    connect: to('main', {
      hostname: '%DYNAMIC_METADATA(nobody:knows)%.local:%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
      propagate_response_headers: true,
      headers_to_add: [
        header('x-a', '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'),
        header('x-a', 'two'),
        header('x-b', 'over', { append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }),
        header('x-c', '%REQ(x-none)%'),
      ],
    }),
    post: to('main', { use_post: true, post_path: '/path?query', propagate_response_headers: true }),
    'post-root': to('main', { use_post: true }),
    'connect-http2': to('http2-main', {
      propagate_response_headers: true,
      propagate_response_trailers: true,
    }),
    'post-http2': to('http2-main', { use_post: true, headers_to_add: [header('x-a', 'a')] }),
    'connect-retried': to('main', {}, { max_connect_attempts: 3 }),
    'connect-refused': to('refused', {}, { max_connect_attempts: 2 }),
    'connect-empty': to('empty'),
    'connect-late': to(
      'main',
      {},
      {
        upstream_connect_mode: 'ON_DOWNSTREAM_DATA',
        max_early_data_bytes: 10,
        access_log_options: { flush_access_log_on_connected: true },
      },
    ),
    'connect-idle': to('main', {}, { idle_timeout: '0.15s' }),
    'request-id': to('main', {
      request_id_extension: {
        typed_config: typed('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig'),
      },
    }),
    'request-id-named': to('http2-main', {
      request_id_extension: {
        typed_config: typed('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig'),
      },
      request_id_header: 'X-Own-Id',
      request_id_metadata_key: 'own_id',
    }),
    appending: to('main', {
      headers_to_add: [
        header('x-a', 'one'),
        header('x-a', 'two', { append_action: 'ADD_IF_ABSENT' }),
        header('x-b', 'one', { append_action: 'ADD_IF_ABSENT' }),
        header('x-c', 'one', { append_action: 'OVERWRITE_IF_EXISTS' }),
        header('x-d', 'one'),
        header('x-d', 'two', { append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }),
        header('x-e', '%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%', { keep_empty_value: true }),
        header('x-f', '', { keep_empty_value: true }),
        header('x-g', ''),
        header('User-Agent', 'own'),
      ],
    }),
    'host-by-state': {
      filters: [
        filter('state', 'envoy.extensions.filters.network.set_filter_state.v3.Config', {
          on_new_connection: [
            {
              object_key: 'own.key',
              factory_key: 'envoy.string',
              format_string: { text_format_source: { inline_string: 'by.state' } },
            },
          ],
        }),
      ],
      ...to('main', { hostname: '%FILTER_STATE(own.key:PLAIN)%:80' }),
    },
    'connect-attempts': to(
      'main',
      {},
      {
        max_connect_attempts: 2,
        access_log_options: { flush_access_log_on_connected: true, flush_access_log_on_start: true },
      },
    ),
    'connect-attempts-2': to('http2-main', {}, { max_connect_attempts: 2 }),
    'connect-lasting': to('main', {}, { max_downstream_connection_duration: '0.3s' }),
    'connect-late-zero': to(
      'main',
      {},
      { upstream_connect_mode: 'ON_DOWNSTREAM_DATA', max_early_data_bytes: 0 },
    ),
    'connect-off': {
      filters: [
        filter('state', 'envoy.extensions.filters.network.set_filter_state.v3.Config', {
          on_new_connection: [
            {
              object_key: 'envoy.tcp_proxy.disable_tunneling',
              format_string: { text_format_source: { inline_string: 'true' } },
            },
          ],
        }),
      ],
      ...to('main'),
    },
    'wrapped-connect-1': to('wrapped-1'),
    'wrapped-connect-2': to('wrapped-2'),
    'wrapped-post-1': to('wrapped-1', { use_post: true }),
    'wrapped-post-2': to('wrapped-2', { use_post: true }),
  },
  shapedListeners: { unwrapping },
  origins: ['http2-main'],
  clusters: ({ origins, listeners }) => {
    const inner = origins['unwrapping'] ?? listeners['unwrapping'] ?? 0;
    return [
      cluster('http2-main', [origins['http2-main'] ?? 0], http2),
      cluster('empty', []),
      cluster('wrapped-1', [inner]),
      cluster('wrapped-2', [inner], http2),
    ];
  },
  cases: [
    carried('CONNECT', 'connect', [agreed()]),
    carried('CONNECT, answered 201 with a length', 'connect', [
      agreed('HTTP/1.1 201 Made\r\nContent-Length: 4\r\n\r\nearly'),
    ]),
    refused('CONNECT, answered 403', 'connect', [refusing]),
    refused('CONNECT, answered 302 without length', 'connect', [
      ['complete', { send: 'HTTP/1.1 302 Go\r\n\r\n' }],
    ]),
    refused('CONNECT, answered with rubbish', 'connect', [['complete', { send: 'rubbish\r\n\r\n' }]]),
    refused('CONNECT, hung up on', 'connect', [['close']]),
    refused('CONNECT, reset', 'connect', [['reset']]),
    carried('CONNECT, with a 100 before the answer', 'connect', [
      agreed('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
    ]),
    {
      name: 'tunnel: CONNECT, ended by the origin',
      listener: 'connect',
      steps: ['hello', 'closed'],
      origin: [[{ send: 'HTTP/1.1 200 OK\r\n\r\n' }, { text: 'hello' }, { send: 'bye' }, 'close']],
      probes: false,
    },
    {
      name: 'tunnel: CONNECT, reset by the origin',
      listener: 'connect',
      steps: ['hello', 'closed'],
      origin: [[{ send: 'HTTP/1.1 200 OK\r\n\r\n' }, { text: 'hello' }, 'reset']],
      probes: false,
    },
    {
      name: 'tunnel: CONNECT, reset by the client',
      listener: 'connect',
      steps: ['hello', { text: 'hello' }, 'reset', 'origin-idle'],
      origin: [agreed()],
      probes: false,
    },
    {
      name: 'tunnel: CONNECT, the client gone before the answer',
      listener: 'connect',
      steps: [{ atOrigin: 1 }, 'reset', 'origin-idle'],
      origin: [['hang']],
      probes: false,
    },
    {
      name: 'tunnel: CONNECT, never answered',
      listener: 'connect-idle',
      steps: [{ atOrigin: 1 }, 'closed'],
      origin: [['hang']],
      probes: false,
    },
    carried('CONNECT, retried', 'connect-retried', [refusing, ['close'], agreed()]),
    refused('CONNECT, retried in vain', 'connect-retried', [refusing, refusing, refusing]),
    refused('CONNECT to nobody', 'connect-refused', []),
    refused('CONNECT without a host', 'connect-empty', []),
    carried('CONNECT once there are bytes', 'connect-late', [agreed()]),
    carried('CONNECT with an id', 'request-id', [agreed()]),
    {
      name: 'tunnel: CONNECT over HTTP/2 with an id of another name',
      listener: 'request-id-named',
      steps: ['hello', { textAtOrigin: 'hello' }, 'reset', 'origin-idle'],
      origin: [h2('200')],
      probes: false,
      ignores: [/x-own-id: |upstream_cx_tx_bytes_total/],
    },
    carried('CONNECT with headers in every way', 'appending', [agreed()]),
    carried('CONNECT to a host that filter state names', 'host-by-state', [agreed()]),
    carried('CONNECT, two attempts', 'connect-attempts', [refusing, agreed()]),
    refused('CONNECT, two attempts in vain', 'connect-attempts', [refusing, ['reset']]),
    {
      ...refused('CONNECT over HTTP/2, two attempts in vain', 'connect-attempts-2', [
        h2('503', true),
        h2('404'),
      ]),
      ignores: settingsSize,
    },
    refused('CONNECT, answered 101', 'connect', [
      ['complete', { send: 'HTTP/1.1 101 Switch\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n' }],
    ]),
    refused('CONNECT, answered 407', 'connect', [
      ['complete', { send: reply('407 Proxy Authentication Required', [['proxy-authenticate', 'Basic']]) }],
    ]),
    {
      // Who ends the connection is told in a header of the answer that nobody reads.
      ...refused('CONNECT, answered 500 and closed', 'connect', [
        ['complete', { send: 'HTTP/1.1 500 No\r\nconnection: close\r\n\r\nbye' }, 'close'],
      ]),
      ignores: [/upstream_cx_close_notify/],
    },
    carried('CONNECT, answered 204', 'connect', [agreed('HTTP/1.1 204 None\r\n\r\n')]),
    {
      ...carried('CONNECT, answered in HTTP/1.0', 'connect', [agreed('HTTP/1.0 200 OK\r\n\r\n')]),
      ignores: [/upstream_cx_close_notify/],
    },
    carried('CONNECT, answered with chunks', 'connect', [
      agreed('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'),
    ]),
    {
      name: 'tunnel: CONNECT, both silent until it has lasted',
      listener: 'connect-lasting',
      steps: ['hello', { text: 'hello' }, 'closed'],
      origin: [agreed()],
      probes: false,
    },
    {
      name: 'tunnel: CONNECT, never answered until it has lasted',
      listener: 'connect-lasting',
      steps: [{ atOrigin: 1 }, 'closed'],
      origin: [['hang']],
      probes: false,
    },
    {
      name: 'tunnel: CONNECT, idle behind the answer',
      listener: 'connect-idle',
      steps: ['hello', { text: 'hello' }, 'closed'],
      origin: [agreed()],
      probes: false,
    },
    carried('CONNECT once there are bytes and no room for them', 'connect-late-zero', [agreed()]),
    refused('POST, answered 404', 'post', [[{ send: reply('404 Not Found', [], 'no') }]]),
    {
      name: 'tunnel: POST over HTTP/2, the client ends',
      listener: 'post-http2',
      steps: ['hello', { textAtOrigin: 'hello' }, 'end', { textAtOrigin: '\0\0\0\0\x01\0\0\0\x01' }, 'reset'],
      origin: [h2('200')],
      probes: false,
      ignores: settingsSize,
    },
    {
      ...refused('POST over HTTP/2, answered 500', 'post-http2', [h2('500')]),
      steps: [streamReset, 'closed'],
      ignores: settingsSize,
    },
    {
      name: 'tunnel: switched off by filter state',
      listener: 'connect-off',
      steps: [inside, { responses: 1 }, 'end', 'closed'],
      probes: false,
    },
    {
      name: 'tunnel: POST',
      listener: 'post',
      // The origin has the first bytes before there are more: what arrives together is one chunk.
      steps: ['hello', { text: 'early' }, { textAtOrigin: 'hello' }, 'more', 'end', 'closed'],
      origin: [[{ send: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nearly\r\n' }]],
      probes: false,
    },
    refused('POST, answered 500', 'post', [['complete', { send: reply('500 No') }]]),
    {
      name: 'tunnel: CONNECT over HTTP/2',
      listener: 'connect-http2',
      steps: ['hello', { textAtOrigin: 'hello' }, 'end', { textAtOrigin: '\0\0\0\0\x01\0\0\0\x01' }, 'reset'],
      origin: [h2('200')],
      probes: false,
      ignores: settingsSize,
    },
    {
      ...refused('CONNECT over HTTP/2, answered 201', 'connect-http2', [h2('201')]),
      steps: [streamReset, 'closed'],
      ignores: settingsSize,
    },
    {
      ...refused('CONNECT over HTTP/2, answered 200 and no more', 'connect-http2', [h2('200', true)]),
      steps: [streamReset, 'closed'],
      ignores: settingsSize,
    },
    {
      name: 'tunnel: POST over HTTP/2',
      listener: 'post-http2',
      steps: ['hello', { textAtOrigin: 'hello' }, 'reset'],
      origin: [h2('200')],
      probes: false,
      ignores: settingsSize,
    },
    ...unwrapped('wrapped-connect-1'),
    ...unwrapped('wrapped-connect-2'),
    // The real one crashes where an origin ends a POST over HTTP/1.
    ...unwrapped('wrapped-post-1').slice(0, 1),
    ...unwrapped('wrapped-post-2'),
  ],
};
