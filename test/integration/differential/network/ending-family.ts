import type { Plain } from '../../../../src/base/plain.js';
import { type ClientStep, type DifferentialCase, get, type OriginScript } from '../differential-case.js';
import { type Fields, filter } from '../families/filter-family.js';
import { cluster } from '../network-bootstrap.js';
import type { NetworkListener } from '../network-listeners.js';
import type { NetworkFamily } from './network-family.js';

/** What a log can tell of a connection without HTTP; what takes time is masked behind `~`. */
export const endingLog = [
  ...[
    'RESPONSE_FLAGS_LONG',
    'RESPONSE_CODE',
    'RESPONSE_CODE_DETAILS',
    'UPSTREAM_TRANSPORT_FAILURE_REASON',
    'DOWNSTREAM_TRANSPORT_FAILURE_REASON',
    'DOWNSTREAM_DETECTED_CLOSE_TYPE',
    'UPSTREAM_DETECTED_CLOSE_TYPE',
    'UPSTREAM_LOCAL_CLOSE_REASON',
    'DOWNSTREAM_WIRE_BYTES_RECEIVED',
    'DOWNSTREAM_WIRE_BYTES_SENT',
    'UPSTREAM_WIRE_BYTES_RECEIVED',
    'UPSTREAM_WIRE_BYTES_SENT',
    'UPSTREAM_HEADER_BYTES_SENT',
    'PROTOCOL',
    'UPSTREAM_PROTOCOL',
    'UPSTREAM_HOSTS_ATTEMPTED',
    'UPSTREAM_HOST_NAME',
    'UPSTREAM_REMOTE_ADDRESS',
    'UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT',
    'UPSTREAM_CLUSTER_RAW',
    'ROUTE_NAME',
    'VIRTUAL_CLUSTER_NAME',
    'REQUESTED_SERVER_NAME',
    'DOWNSTREAM_DIRECT_LOCAL_ADDRESS',
    'LOCAL_REPLY_BODY',
    'GRPC_STATUS',
    'TRACE_ID',
  ].map((name) => ` ${name}=%${name}%`),
  ...[
    'DURATION',
    'REQUEST_DURATION',
    'REQUEST_TX_DURATION',
    'RESPONSE_DURATION',
    'RESPONSE_TX_DURATION',
    'ROUNDTRIP_DURATION',
    'DOWNSTREAM_HANDSHAKE_DURATION',
    'UPSTREAM_CONNECTION_POOL_READY_DURATION',
    'COMMON_DURATION(DS_RX_BEG:DS_RX_END:ms)',
    'COMMON_DURATION(US_CX_BEG:US_CX_END:ms)',
    'COMMON_DURATION(US_HS_END:US_TX_BEG:ms)',
    'COMMON_DURATION(US_TX_BEG:US_TX_END:ms)',
    'COMMON_DURATION(US_RX_BEG:US_RX_END:ms)',
    'COMMON_DURATION(DS_TX_BEG:DS_TX_END:ms)',
    'CONNECTION_ID',
    'UPSTREAM_CONNECTION_ID',
  ].map((name) => ` ${name}=~%${name}%`),
].join('');

const bytes = get('/bytes');
const hanging: OriginScript = [{ send: 'hi' }, 'hang'];

/** What ends at once has been seen to begin: else its stats may be told in the case behind. */
const late: Fields = { upstream_connect_mode: 'ON_DOWNSTREAM_DATA', max_early_data_bytes: 1000 };

const plain: Fields = { cluster: 'main' };
const early = (mode: string, limit: number): NetworkListener => ({
  proxy: { ...plain, idle_timeout: '0.4s', upstream_connect_mode: mode, max_early_data_bytes: limit },
});
const to = (name: string, proxy: Fields = {}): NetworkListener => ({ proxy: { cluster: name, ...proxy } });

const tunnel: Fields = { tunneling_config: { hostname: 'far.local:443' } };

const tls: Fields = {
  transport_socket: filter('tls', 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'),
};

/** Whether bytes or the upstream come first is a race. */
const whichIsFirst = [/early_data_received_count_total/];

function ending(
  name: string,
  listener: string,
  steps: readonly ClientStep[],
  origin: readonly OriginScript[] = [],
  ignores: readonly RegExp[] = [],
): DifferentialCase {
  return { name: `ending: ${name}`, listener, steps, origin, probes: false, ignores };
}

const two = (first: number, second: number): Plain => [
  { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: first } } } },
  { endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: second } } } },
];

/** How relayed connections end. */
export const endingFamily: NetworkFamily = {
  listeners: {
    straight: to('main'),
    lasting: to('main', { max_downstream_connection_duration: '0.2s' }),
    jittered: to('main', {
      max_downstream_connection_duration: '0.2s',
      max_downstream_connection_duration_jitter_percentage: { value: 50 },
    }),
    quiet: to('main', { idle_timeout: '0.2s' }),
    unreachable: to('refused'),
    'unreachable-thrice': to('refused', { max_connect_attempts: 3 }),
    'unreachable-slowly': to('refused', {
      max_connect_attempts: 3,
      backoff_options: { base_interval: '0.02s' },
    }),
    failover: to('half', { max_connect_attempts: 2 }),
    'failover-late': to('half', {
      max_connect_attempts: 2,
      upstream_connect_mode: 'ON_DOWNSTREAM_DATA',
      max_early_data_bytes: 1000,
    }),
    silent: to('silent'),
    'silent-twice': to('silent', { max_connect_attempts: 2 }),
    'silent-idle': to('mute', { idle_timeout: '0.2s' }),
    'silent-lasting': to('mute', { max_downstream_connection_duration: '0.2s' }),
    nobody: to('empty', late),
    'nobody-twice': to('empty', { ...late, max_connect_attempts: 2 }),
    'unknown-late': to('no-such', { upstream_connect_mode: 'ON_DOWNSTREAM_DATA', max_early_data_bytes: 9 }),
    full: to('full', late),
    'full-twice': to('full', { ...late, max_connect_attempts: 2 }),
    immediate: early('IMMEDIATE', 1000),
    'immediate-zero': early('IMMEDIATE', 0),
    'on-data': early('ON_DOWNSTREAM_DATA', 1000),
    'on-data-zero': early('ON_DOWNSTREAM_DATA', 0),
    'on-data-few': early('ON_DOWNSTREAM_DATA', 4),
    'on-handshake': early('ON_DOWNSTREAM_TLS_HANDSHAKE', 1000),
    'on-data-unreachable': to('refused', {
      upstream_connect_mode: 'ON_DOWNSTREAM_DATA',
      max_early_data_bytes: 1000,
    }),
    'immediate-unreachable': to('refused', { max_early_data_bytes: 1000 }),
    'immediate-silent': to('silent', { max_early_data_bytes: 1000 }),
    'immediate-silent-zero': to('silent', { max_early_data_bytes: 0 }),
    'pending-none': to('pending-none', { ...late, ...tunnel }),
    'pending-none-twice': to('pending-none', { ...late, ...tunnel, max_connect_attempts: 2 }),
    'requests-none': to('requests-none', { ...late, ...tunnel }),
    tunnelled: to('main', tunnel),
    'full-tunnel': to('full', { ...late, ...tunnel }),
    logged: to('main', {
      access_log_options: {
        flush_access_log_on_start: true,
        flush_access_log_on_connected: true,
        access_log_flush_interval: '1000s',
      },
    }),
    'logged-unreachable': to('refused', {
      access_log_options: { flush_access_log_on_start: true, flush_access_log_on_connected: true },
    }),
    periodic: to('main', {
      max_downstream_connection_duration: '0.5s',
      access_log_options: { access_log_flush_interval: '0.2s' },
    }),
    'logged-old': to('main', { flush_access_log_on_connected: true, access_log_flush_interval: '1000s' }),
  },
  clusters: ({ origins }) => [
    cluster('empty', []),
    cluster('silent', [origins['main'] ?? 0], { ...tls, connect_timeout: '0.2s' }),
    cluster('mute', [origins['main'] ?? 0], { ...tls, connect_timeout: '20s' }),
    cluster('full', [origins['main'] ?? 0], {
      circuit_breakers: { thresholds: [{ max_connections: 0, track_remaining: true }] },
    }),
    cluster('pending-none', [origins['main'] ?? 0], {
      circuit_breakers: { thresholds: [{ max_pending_requests: 0 }] },
    }),
    cluster('requests-none', [origins['main'] ?? 0], {
      circuit_breakers: { thresholds: [{ max_requests: 0 }] },
    }),
    {
      ...(cluster('half', []) as Fields),
      load_assignment: {
        cluster_name: 'half',
        endpoints: [{ priority: 0, lb_endpoints: two(origins['refused'] ?? 0, origins['refused'] ?? 0) }],
      },
    },
  ],
  cases: [
    ending('the client ends first', 'straight', [bytes, { responses: 1 }, 'end', 'closed']),
    ending('the client ends at once', 'straight', ['end', 'closed']),
    ending('the client ends with its bytes', 'straight', [bytes, 'end', 'closed']),
    ending(
      'the client ends, the origin goes on',
      'straight',
      [bytes, 'end', { text: 'hi' }, 'reset'],
      [hanging],
    ),
    ending(
      'the origin ends, the client goes on',
      'straight',
      [bytes, 'closed', get('/more'), { atOrigin: 2 }, 'end', 'origin-idle'],
      [[{ send: 'hi' }, 'close'], ['hang']],
    ),
    ending('the origin ends first', 'straight', [bytes, 'closed', 'end'], [[{ send: 'hi' }, 'close']]),
    ending('the origin ends without a word', 'straight', [bytes, 'closed', 'end'], [['close']]),
    ending(
      'the client resets behind the end of the origin',
      'straight',
      [bytes, 'closed', 'reset', 'origin-idle'],
      [[{ send: 'hi' }, 'close']],
    ),
    ending('the client resets', 'straight', [bytes, { text: 'hi' }, 'reset', 'origin-idle'], [hanging]),
    ending(
      'the client resets at once',
      'straight',
      [bytes, { atOrigin: 1 }, 'reset', 'origin-idle'],
      [['hang']],
    ),
    ending('the origin resets', 'straight', [bytes, 'closed'], [['reset']]),
    ending(
      'the origin resets behind bytes',
      'straight',
      [bytes, { text: 'hi' }, get('/x'), 'closed'],
      [hanging, ['reset']],
    ),
    ending('it lasts too long', 'lasting', [bytes, { text: 'hi' }, 'closed'], [hanging]),
    ending('it lasts too long with jitter', 'jittered', [bytes, { text: 'hi' }, 'closed'], [hanging]),
    ending(
      'it lasts too long behind the end of the client',
      'lasting',
      [bytes, 'end', { text: 'hi' }, 'closed'],
      [hanging],
    ),
    ending(
      'it lasts too long behind the end of the origin',
      'lasting',
      [bytes, 'closed', 'origin-idle'],
      [[{ send: 'hi' }, 'close']],
    ),
    ending('it is idle', 'quiet', [bytes, { text: 'hi' }, 'closed'], [hanging]),
    ending('it is idle from the start', 'quiet', ['closed']),
    ending(
      'it is idle behind the end of the client',
      'quiet',
      [bytes, 'end', { text: 'hi' }, 'closed'],
      [hanging],
    ),
    ending(
      'it is idle behind the end of the origin',
      'quiet',
      [bytes, 'closed', 'origin-idle'],
      [[{ send: 'hi' }, 'close']],
    ),
    ending('nobody listens', 'unreachable', ['closed']),
    ending('nobody listens, and there are bytes', 'unreachable', [bytes, 'closed']),
    ending('nobody listens three times', 'unreachable-thrice', ['closed']),
    ending('nobody listens three times with back-off', 'unreachable-slowly', ['closed']),
    ending('nobody listens at either host', 'failover', ['closed']),
    ending('nobody listens at either host, late', 'failover-late', [bytes, 'closed']),
    ending('a handshake never ends', 'silent', ['closed']),
    ending('a handshake never ends twice', 'silent-twice', ['closed']),
    ending('a client is idle while it is dialled', 'silent-idle', ['closed']),
    ending('a client lasts too long while it is dialled', 'silent-lasting', ['closed']),
    ending('the client ends while it is dialled', 'silent-idle', ['end', 'closed']),
    ending('the client resets while it is dialled', 'silent-idle', [{ atOrigin: 0 }, 'reset', 'origin-idle']),
    ending('there is no host', 'nobody', ['x', 'closed']),
    ending('there is no host twice', 'nobody-twice', ['x', 'closed']),
    ending('there is no cluster, late', 'unknown-late', ['x', 'closed']),
    ending('the cluster is full', 'full', ['x', 'closed']),
    ending('the cluster is full twice', 'full-twice', ['x', 'closed']),
    ending('early bytes, at once', 'immediate', [bytes, { responses: 1 }, 'end', 'closed'], [], whichIsFirst),
    ending(
      'no early bytes, at once',
      'immediate-zero',
      [bytes, { responses: 1 }, 'end', 'closed'],
      [],
      whichIsFirst,
    ),
    ending('early bytes', 'on-data', [bytes, { responses: 1 }, 'end', 'closed']),
    ending(
      'early bytes and the end',
      'on-data',
      [bytes, 'end', { responses: 1 }, 'closed'],
      [],
      whichIsFirst,
    ),
    ending('no byte and the end', 'on-data', ['end', 'closed']),
    ending('no byte and a reset', 'on-data', ['reset']),
    ending('no room for early bytes', 'on-data-zero', [bytes, { responses: 1 }, 'end', 'closed']),
    ending('no room for early bytes, and none', 'on-data-zero', ['end', 'closed']),
    ending('little room for early bytes', 'on-data-few', [bytes, { responses: 1 }, 'end', 'closed']),
    ending(
      'a handshake that is none',
      'on-handshake',
      [bytes, { responses: 1 }, 'end', 'closed'],
      [],
      whichIsFirst,
    ),
    ending('early bytes for nobody', 'on-data-unreachable', [bytes, 'closed']),
    ending('room for early bytes, and nobody listens', 'immediate-unreachable', ['closed']),
    ending('early bytes of a host that is silent', 'immediate-silent', [bytes, 'closed']),
    ending(
      'early bytes and the end, at a host that is silent',
      'immediate-silent',
      ['x', 'end', 'closed'],
      [],
      whichIsFirst,
    ),
    ending('no early bytes of a host that is silent', 'immediate-silent-zero', [bytes, 'closed']),
    ending('a tunnel that may not wait', 'pending-none', ['x', 'closed']),
    ending('a tunnel that may not wait twice', 'pending-none-twice', ['x', 'closed']),
    ending('a tunnel where no request may be', 'requests-none', ['x', 'closed']),
    ending(
      'a tunnel carries bytes',
      'tunnelled',
      ['hello', { text: 'hello' }, 'more', { text: 'more' }, 'end', 'closed'],
      [[{ send: 'HTTP/1.1 200 OK\r\n\r\n' }, 'echo']],
    ),
    ending('a tunnel to a full cluster', 'full-tunnel', ['x', 'closed']),
    ending('every line of the log', 'logged', [bytes, { responses: 1 }, 'end', 'closed']),
    ending('every line of the log for nobody', 'logged-unreachable', ['closed']),
    ending('a line from time to time', 'periodic', [bytes, { text: 'hi' }, 'closed'], [hanging]),
    ending('every line of the log by the old fields', 'logged-old', [
      bytes,
      { responses: 1 },
      'end',
      'closed',
    ]),
  ],
};
