import {
  type DifferentialCase,
  get,
  type HeaderList,
  post,
  reply,
  request,
  simple,
} from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';

const attemptLog = [
  '%ACCESS_LOG_TYPE%',
  '%REQ(:METHOD)%',
  '%REQ(:PATH)%',
  'original=%REQ(X-ENVOY-ORIGINAL-PATH)%',
  'try=%REQ(X-ENVOY-ATTEMPT-COUNT)%',
  'host=%REQ(:AUTHORITY)%',
  '%PROTOCOL%',
  '%UPSTREAM_PROTOCOL%',
  'code=%RESPONSE_CODE%',
  'details=%RESPONSE_CODE_DETAILS%',
  'flags=%RESPONSE_FLAGS%',
  'rx=%BYTES_RECEIVED%',
  'tx=%BYTES_SENT%',
  'x=%RESP(X-ORIGIN)%',
  'time=%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  'trailer=%TRAILER(X-LAST)%',
  'route=%ROUTE_NAME%',
  'vcluster=%VIRTUAL_CLUSTER_NAME%',
  'cluster=%UPSTREAM_CLUSTER%/%UPSTREAM_CLUSTER_RAW%',
  'upstream=%UPSTREAM_HOST%',
  'attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  'tried=%UPSTREAM_HOSTS_ATTEMPTED%',
  'failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  'remote=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
  'local=%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
  'text=%LOCAL_REPLY_BODY%',
  'stream=%STREAM_ID%',
  'metadata=%METADATA(ROUTE:about:k)%',
  'dynamic=%DYNAMIC_METADATA(about)%',
  'state=%FILTER_STATE(shown)%',
  'grpc=%GRPC_STATUS%',
  'sent=%UPSTREAM_WIRE_BYTES_SENT%/%UPSTREAM_HEADER_BYTES_SENT%',
  'received=%UPSTREAM_HEADER_BYTES_RECEIVED%',
  'bytes=%REQUEST_HEADERS_BYTES%/%RESPONSE_HEADERS_BYTES%',
  'request=%REQUEST_DURATION%',
  'response=%RESPONSE_TX_DURATION%',
].join(' ');

const retry: Fields = { retry_policy: { retry_on: '5xx', retry_back_off: { base_interval: '0.001s' } } };

function to(prefix: string, action: Fields = {}, rest: Fields = {}): Fields {
  return { match: { prefix }, name: prefix.slice(1), route: { cluster: 'main', ...action }, ...rest };
}

const routes: readonly Fields[] = [
  to('/old', { prefix_rewrite: '/new' }, { metadata: { filter_metadata: { about: { k: 'v' } } } }),
  to('/retry', retry),
  to('/late', { timeout: '0.1s' }),
  to('/try', { retry_policy: { retry_on: 'reset', per_try_timeout: '0.1s', num_retries: 1 } }),
  to('/refused', { cluster: 'refused' }),
  { match: { prefix: '/direct' }, direct_response: { status: 200 } },
];

const logged = {
  filters: [
    {
      name: 'metadata',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.set_metadata.v3.Config',
        metadata: [{ metadata_namespace: 'about', value: { k: 'v' } }],
      },
    },
  ],
  routes,
  virtualHost: { include_request_attempt_count: true },
  manager: { http_protocol_options: { enable_trailers: true } },
  attemptLog,
};

const origin: HeaderList = [['x-origin', 'here']];
const ok = reply('200 OK', origin, 'body');
const bad = reply('503 Service Unavailable', [['x-origin', 'bad']], '');

type Rest = Omit<Partial<DifferentialCase>, 'name' | 'steps'>;

function onLog(name: string, text: string, rest: Rest = {}): DifferentialCase {
  return simple(`attempt log: ${name}`, text, { listener: 'attempts', ...rest });
}

const talks: readonly DifferentialCase[] = [
  onLog('one answer', get('/old?a=b'), { origin: [ok] }),
  onLog('a body', post('/x', 'hello'), { origin: [ok] }),
  onLog('gRPC without a status', post('/x', 'hello', [['content-type', 'application/grpc']]), {
    origin: [ok],
  }),
  onLog('a retry', get('/retry'), { origin: [bad, ok] }),
  onLog('retries that end', get('/retry'), { origin: [bad, bad] }),
  onLog('a reset', get('/x'), { origin: [['reset']] }),
  onLog('a reset in the body', get('/x'), {
    origin: [[{ send: 'HTTP/1.1 200 OK\r\nx-origin: cut\r\ncontent-length: 9\r\n\r\nab' }, 'reset']],
  }),
  onLog('a reset in the head', get('/x'), {
    origin: [[{ send: 'HTTP/1.1 200 OK\r\nx-origin: cut\r\n' }, 'reset']],
  }),
  onLog('nobody listens', get('/refused')),
  onLog('a timeout', get('/late'), { origin: [['hang']] }),
  onLog('timeouts of tries', get('/try'), { origin: [['hang'], ['hang']] }),
  onLog('no attempt', get('/direct')),
  {
    name: 'attempt log: the client goes',
    listener: 'attempts',
    steps: [get('/x'), { atOrigin: 1 }, 'end', 'origin-idle'],
    origin: [['hang']],
  },
];

function onReady(name: string, text: string, rest: Rest = {}): DifferentialCase {
  return simple(`attempt log at the start: ${name}`, text, { listener: 'attempt-starts', ...rest });
}

const starts: readonly DifferentialCase[] = [
  onReady('one answer', get('/old'), { origin: [ok] }),
  onReady('a retry', get('/retry'), { origin: [bad, ok] }),
  onReady('nobody listens', get('/refused')),
];

const strictly: readonly (readonly [name: string, values: readonly string[]])[] = [
  [
    'x-envoy-upstream-rq-timeout-ms',
    ['5000', '-1', 'x', '', '1.5', '0', '99999999999999999999', '5,6', '+5000', '0x10'],
  ],
  ['x-envoy-upstream-rq-per-try-timeout-ms', ['5000', 'x']],
  ['x-envoy-max-retries', ['3', 'x', '-1', '']],
  [
    'x-envoy-retry-on',
    ['5xx', '5xx,foo', '5xx, reset', '', ',', '5XX', 'cancelled', 'http3-post-connect-failure'],
  ],
  ['x-envoy-retry-grpc-on', ['cancelled', 'cancelled,foo', '5xx', 'unavailable, internal']],
];

const strict: readonly DifferentialCase[] = [
  ...strictly.flatMap(([name, values]) =>
    values.map((value) =>
      simple(`strict: ${name}: ${value}`, get('/', [[name, value]]), { listener: 'strict' }),
    ),
  ),
  simple(
    'strict: gRPC',
    post('/', 'x', [
      ['content-type', 'application/grpc'],
      ['x-envoy-max-retries', 'x'],
    ]),
    { listener: 'strict' },
  ),
];

const grpc: readonly DifferentialCase[] = [
  simple('hidden codes: an answer', post('/', 'x', [['content-type', 'application/grpc']]), {
    listener: 'hidden',
    origin: [reply('200 OK', [['grpc-status', '14']])],
  }),
  simple('hidden codes: a retry', post('/retry', 'x', [['content-type', 'application/grpc']]), {
    listener: 'hidden',
    origin: [bad, ok],
  }),
  simple('hidden codes: nobody listens', post('/refused', 'x', [['content-type', 'application/grpc']]), {
    listener: 'hidden',
  }),
  simple('hidden codes: not gRPC', get('/'), { listener: 'hidden', origin: [bad] }),
];

const connects: readonly DifferentialCase[] = [
  {
    name: 'early data: before the tunnel stands',
    listener: 'early',
    steps: [`${request('CONNECT', 'test.local:80')}early`, 'closed'],
    origin: [['hang']],
  },
  {
    name: 'early data: after it stands',
    listener: 'early',
    steps: [request('CONNECT', 'test.local:80'), { text: '200 OK' }, 'late', { textAtOrigin: 'late' }, 'end'],
    origin: [[{ send: 'HTTP/1.1 200 OK\r\n\r\n' }, 'echo']],
    probes: false,
  },
];

/** Fields of the router itself. */
export const routerFamily: FilterFamily = {
  listeners: {
    attempts: logged,
    'attempt-starts': {
      ...logged,
      router: { upstream_log_options: { flush_upstream_log_on_upstream_stream: true } },
    },
    strict: {
      filters: [],
      router: { strict_check_headers: strictly.map(([name]) => name) },
      manager: {
        use_remote_address: true,
        internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
      },
    },
    hidden: { filters: [], routes, router: { suppress_grpc_request_failure_code_stats: true } },
    early: {
      filters: [],
      router: { reject_connect_request_early_data: true },
      manager: { upgrade_configs: [{ upgrade_type: 'CONNECT' }] },
      routes: [{ match: { connect_matcher: {} }, route: { cluster: 'main' } }],
    },
  },
  cases: [...talks, ...starts, ...strict, ...grpc, ...connects],
};
