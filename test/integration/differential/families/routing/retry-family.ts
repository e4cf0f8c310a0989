import type { Plain } from '../../../../../src/base/plain.js';
import {
  type DifferentialCase,
  get,
  type HeaderList,
  type OriginScript,
  post,
  reply,
  request,
  simple,
} from '../../differential-case.js';
import { address, type Fields, type FilterFamily, typed } from '../filter-family.js';

const quick = { base_interval: '0.001s', max_interval: '0.002s' };

function retried(prefix: string, policy: Fields, action: Fields = {}, route: Fields = {}): Plain {
  const retry = { retry_back_off: quick, ...policy };
  return {
    match: { prefix },
    name: prefix.slice(1),
    route: { cluster: 'main', retry_policy: retry, ...action },
    ...route,
  };
}

function limited(fields: Fields): Fields {
  return { retry_on: '5xx', rate_limited_retry_back_off: fields };
}

function predicate(name: string, type: string, fields: Fields = {}): Plain {
  const typeUrl = `envoy.extensions.retry.host.${name}.v3.${type}`;
  return { name: `envoy.retry_host_predicates.${name}`, typed_config: typed(typeUrl, fields) };
}

const previousHosts = predicate('previous_hosts', 'PreviousHostsPredicate');
const omitCanaries = predicate('omit_canary_hosts', 'OmitCanaryHostsPredicate');
const omitMetadata = predicate('omit_host_metadata', 'OmitHostMetadataConfig', {
  metadata_match: { filter_metadata: { 'envoy.lb': { kind: 'old' } } },
});
const previousPriorities: Plain = {
  name: 'envoy.retry_priorities.previous_priorities',
  typed_config: typed('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', {
    update_frequency: 1,
  }),
};

const hedging = { hedge_policy: { hedge_on_per_try_timeout: true } };

const routes: readonly Plain[] = [
  retried('/nothing', {}),
  retried('/5xx', { retry_on: '5xx', num_retries: 2 }),
  retried('/zero', { retry_on: '5xx', num_retries: 0 }),
  retried('/gated', {
    retry_on: '5xx',
    retriable_request_headers: [
      { name: 'x-may', present_match: true },
      { name: 'x-or', present_match: true },
    ],
  }),
  retried('/grpc', { retry_on: 'cancelled,internal,resource-exhausted,deadline-exceeded,unavailable' }),
  retried('/limited', limited({ reset_headers: [{ name: 'retry-after', format: 'SECONDS' }] })),
  retried('/capped', limited({ reset_headers: [{ name: 'retry-after' }], max_interval: '1s' })),
  retried('/per-try', { retry_on: '5xx', per_try_timeout: '0.12s' }, { timeout: '3s' }),
  retried('/per-try-idle', { retry_on: '5xx', per_try_idle_timeout: '0.12s' }, { timeout: '3s' }),
  retried('/idle-only', { retry_on: 'connect-failure', per_try_idle_timeout: '0.12s' }, { timeout: '3s' }),
  retried(
    '/long-back-off',
    { retry_on: '5xx', retry_back_off: { base_interval: '30s' } },
    { timeout: '0.2s' },
  ),
  retried(
    '/hedged',
    { retry_on: '5xx', num_retries: 1, per_try_timeout: '0.12s' },
    { timeout: '1s', ...hedging },
  ),
  retried(
    '/hedged-twice',
    { retry_on: '5xx', num_retries: 2, per_try_timeout: '0.1s' },
    { timeout: '1s', ...hedging },
  ),
  retried('/hedged-brief', { retry_on: '5xx', per_try_timeout: '0.1s' }, { timeout: '0.3s', ...hedging }),
  retried(
    '/hedged-alone',
    { retry_on: '5xx', num_retries: 0, per_try_timeout: '0.1s' },
    { timeout: '0.3s', ...hedging },
  ),
  {
    match: { prefix: '/hedged-without' },
    route: {
      cluster: 'main',
      timeout: '0.3s',
      hedge_policy: { hedge_on_per_try_timeout: true, initial_requests: 3 },
    },
  },
  retried(
    '/previous-hosts',
    {
      retry_on: '5xx',
      num_retries: 1,
      retry_host_predicate: [previousHosts],
      host_selection_retry_max_attempts: 5,
    },
    { cluster: 'pair' },
  ),
  retried(
    '/canaries',
    {
      retry_on: '5xx',
      num_retries: 1,
      retry_host_predicate: [omitCanaries],
      host_selection_retry_max_attempts: 20,
    },
    { cluster: 'canaries' },
  ),
  retried(
    '/metadata',
    {
      retry_on: '5xx',
      num_retries: 1,
      retry_host_predicate: [omitMetadata],
      host_selection_retry_max_attempts: 20,
    },
    { cluster: 'canaries' },
  ),
  retried(
    '/priorities',
    { retry_on: '5xx', num_retries: 3, retry_priority: previousPriorities },
    { cluster: 'levels' },
  ),
  retried('/no-retries-left', { retry_on: '5xx' }, { cluster: 'no-retries' }),
  retried('/budget', { retry_on: '5xx' }, { cluster: 'budget' }),
  retried('/small', { retry_on: '5xx' }, {}, { per_request_buffer_limit_bytes: 1000 }),
  retried('/large', { retry_on: '5xx' }, {}, { request_body_buffer_limit: 100_000 }),
  retried('/counted', { retry_on: '5xx' }, {}, { stat_prefix: 'counted' }),
  { match: { prefix: '/inherits' }, route: { cluster: 'main' } },
];

function to(
  listener: string,
  name: string,
  target: string,
  origin: readonly OriginScript[],
  headers: HeaderList = [],
): DifferentialCase {
  return simple(`retry: ${name}`, get(target, headers), { listener, origin, ignores: [/connection \d/] });
}

const busy = reply('503 Service Unavailable', [['x-n', '1']]);

/** What may come back, by name. */
const outcomes: readonly (readonly [string, OriginScript])[] = [
  ['500', reply('500 Internal Server Error')],
  ['502', reply('502 Bad Gateway')],
  ['503 with a body', reply('503 Service Unavailable', [], 'busy')],
  ['409', reply('409 Conflict')],
  ['418', reply('418 Teapot')],
  ['x-again', reply('200 OK', [['x-again', 'yes']])],
  ['x-envoy-ratelimited', reply('503 Service Unavailable', [['x-envoy-ratelimited', 'true']])],
  ['a close', ['complete', 'close']],
  ['nonsense', ['complete', { send: 'nonsense\r\n\r\n' }]],
];

const conditions = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'refused-stream',
  'retriable-4xx',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'unknown-word',
];

const matrix: readonly DifferentialCase[] = conditions.flatMap((condition) =>
  outcomes.map(([name, outcome]) =>
    to(
      'retry-internal',
      `${condition} asked for, ${name} comes`,
      '/plain',
      [outcome],
      [
        ['x-envoy-retry-on', condition],
        ['x-envoy-retriable-status-codes', '418, 299'],
        ['x-envoy-retriable-header-names', 'X-Again,x-other'],
      ],
    ),
  ),
);

const asked = (
  name: string,
  headers: HeaderList,
  target = '/plain',
  ...origin: OriginScript[]
): DifferentialCase => to('retry-internal', name, target, origin, headers);

const asking: readonly DifferentialCase[] = [
  asked(
    'more than one, by header',
    [
      ['x-envoy-retry-on', '5xx'],
      ['x-envoy-max-retries', '2'],
    ],
    '/plain',
    busy,
    busy,
    busy,
  ),
  asked('a number without a condition', [['x-envoy-max-retries', '3']], '/nothing', busy),
  asked('a number for the condition of the route', [['x-envoy-max-retries', '3']], '/5xx', busy, busy, busy),
  asked('none, by header', [['x-envoy-max-retries', '0']], '/5xx', busy),
  asked('a number that is none', [['x-envoy-max-retries', 'two']], '/5xx', busy, busy, busy),
  asked(
    'a condition besides that of the route',
    [['x-envoy-retry-on', 'retriable-4xx']],
    '/5xx',
    reply('409 Conflict'),
    busy,
  ),
  asked(
    'several conditions',
    [['x-envoy-retry-on', ' retriable-4xx , gateway-error']],
    '/plain',
    reply('409 Conflict'),
  ),
  asked(
    'gRPC by header',
    [
      ['x-envoy-retry-grpc-on', 'unavailable,cancelled'],
      ['content-type', 'application/grpc'],
    ],
    '/plain',
    reply('200 OK', [['grpc-status', '14']]),
  ),
  asked(
    'a gRPC word in the wrong header',
    [['x-envoy-retry-on', 'unavailable']],
    '/plain',
    reply('200 OK', [['grpc-status', '14']]),
  ),
  asked(
    'codes without the condition',
    [['x-envoy-retriable-status-codes', '418']],
    '/5xx',
    reply('418 Teapot'),
  ),
  asked(
    'a per-try timeout by header',
    [
      ['x-envoy-upstream-rq-per-try-timeout-ms', '120'],
      ['x-envoy-retry-on', 'reset'],
    ],
    '/plain',
    ['hang'],
  ),
  asked('hedging by header', [['x-envoy-hedge-on-per-try-timeout', 'true']], '/per-try', ['hang']),
  asked('no hedging by header', [['x-envoy-hedge-on-per-try-timeout', 'false']], '/hedged', ['hang']),
  asked('hedging said otherwise', [['x-envoy-hedge-on-per-try-timeout', 'maybe']], '/per-try', ['hang']),
  asked('another name for the stats', [['x-envoy-upstream-alt-stat-name', 'other_name']], '/5xx', busy),
];

const external: readonly DifferentialCase[] = [
  to(
    'retries',
    'headers of strangers do not count',
    '/plain',
    [busy],
    [
      ['x-envoy-retry-on', '5xx'],
      ['x-envoy-max-retries', '5'],
    ],
  ),
  to('retries', 'no request header fits', '/gated', [busy]),
  to('retries', 'the first request header fits', '/gated', [busy], [['x-may', '1']]),
  to('retries', 'the second request header fits', '/gated', [busy], [['x-or', '1']]),
  ...[1, 2, 4, 8, 13, 14].map((status) =>
    to(
      'retries',
      `gRPC status ${status}`,
      '/grpc',
      [reply('200 OK', [['grpc-status', String(status)]])],
      [['content-type', 'application/grpc']],
    ),
  ),
  to('retries', 'a gRPC status for a plain request', '/grpc', [reply('200 OK', [['grpc-status', '14']])]),
  to('retries', 'after zero seconds', '/limited', [reply('503 No', [['retry-after', '0']])]),
  to('retries', 'after one second', '/limited', [reply('503 No', [['retry-after', '1']])]),
  to('retries', 'longer than is believed', '/capped', [reply('503 No', [['retry-after', '2']])]),
  to('retries', 'a time that is none', '/limited', [reply('503 No', [['retry-after', 'soon']])]),
  to('retries', 'no time said', '/limited', [busy]),
  to('retries', 'none allowed', '/zero', [busy]),
  to('retries', 'policy of the virtual host', '/inherits', [busy]),
  to('retries', 'counted for the route', '/counted', [busy]),
  to('retries', 'limit counted for the route', '/counted', [busy, busy]),
  to('retries', 'the timeout comes during the back-off', '/long-back-off', [busy]),
  to('retries', 'previous hosts', '/previous-hosts', [busy]),
  to('retries', 'canaries', '/canaries', [busy]),
  to('retries', 'hosts with metadata', '/metadata', [busy]),
  to('retries', 'previous priorities', '/priorities', [busy, busy, busy]),
  to('retries', 'the circuit breaker allows none', '/no-retries-left', [busy]),
  to('retries', 'the budget allows one', '/budget', [busy]),
].map((it) => ({
  ...it,
  ignores: [
    /connection \d/,
    /lb_|cluster=|origin (?:pair|level)|cluster\.(?:pair|canaries)\.upstream_(?:cx|rq_pending)/,
  ],
}));

const timed: readonly DifferentialCase[] = [
  to('retries', 'per-try timeout, then an answer', '/per-try', [['hang']]),
  to('retries', 'two per-try timeouts', '/per-try', [['hang'], ['hang']]),
  to('retries', 'per-try idle timeout, then an answer', '/per-try-idle', [['hang']]),
  to('retries', 'two per-try idle timeouts', '/per-try-idle', [['hang'], ['hang']]),
  to('retries', 'per-try idle timeout without a retry', '/idle-only', [['hang']]),
  {
    ...to('retries', 'idle inside the response', '/per-try-idle', [
      ['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf' }, 'hang'],
    ]),
    steps: [get('/per-try-idle'), 'closed'],
    probes: false,
    ignores: [/bytes|delayed|destroy/],
  },
  to('retries', 'hedged, the second answers', '/hedged', [['hang']]),
  to('retries', 'hedged, the first answers late', '/hedged', [
    [{ text: 'GET /hedged' }, 'complete', 'hang'],
    reply('500 No'),
  ]),
  to('retries', 'hedged, both hang', '/hedged-brief', [['hang'], ['hang']]),
  to('retries', 'hedged, both close', '/hedged', [['hang'], ['complete', 'close']]),
  to('retries', 'hedged, an error comes back first', '/hedged', [['hang'], busy]),
  to('retries', 'hedged twice', '/hedged-twice', [['hang'], ['hang']]),
  to('retries', 'hedged without a retry left', '/hedged-alone', [['hang']]),
  to('retries', 'hedged without a policy', '/hedged-without', [['hang']]),
].map((it) => ({ ...it, ignores: [...(it.ignores ?? []), /connection \d/] }));

const bodies: readonly DifferentialCase[] = [
  simple('retry: a body is sent again', post('/5xx', 'payload'), { listener: 'retries', origin: [busy] }),
  simple(
    'retry: an empty chunked body is sent again',
    request('POST', '/5xx', [['transfer-encoding', 'chunked']], '0\r\n\r\n'),
    {
      listener: 'retries',
      origin: [busy],
    },
  ),
  simple('retry: a body beyond the limit of the route', post('/small', 'x'.repeat(3000)), {
    listener: 'retries',
    origin: [busy],
  }),
  simple('retry: a body within the limit of the route', post('/small', 'x'.repeat(900)), {
    listener: 'retries',
    origin: [busy],
  }),
  simple('retry: a body within a larger limit', post('/large', 'x'.repeat(50_000)), {
    listener: 'retries',
    origin: [busy],
  }),
].map((it) => ({ ...it, ignores: [/connection \d/, /flow_control/] }));

function endpoint(port: number, metadata?: Fields): Plain {
  const lb = metadata === undefined ? {} : { metadata: { filter_metadata: { 'envoy.lb': metadata } } };
  return { endpoint: { address: address(port) }, ...lb };
}

function hosts(name: string, localities: readonly Plain[], fields: Fields = {}): Plain {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: localities },
    ...fields,
  };
}

export const retryFamily: FilterFamily = {
  listeners: {
    retries: {
      filters: [],
      routes,
      virtualHost: { retry_policy: { retry_on: '5xx', retry_back_off: quick } },
    },
    'retry-internal': {
      filters: [],
      routes,
      manager: {
        use_remote_address: true,
        internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
      },
    },
  },
  origins: ['pair-a', 'pair-b', 'level-0', 'level-1', 'level-2'],
  shapedClusters: ({ origins }) => {
    const port = (name: string): number => origins[name] ?? 0;
    const pair = [{ lb_endpoints: [endpoint(port('pair-a')), endpoint(port('pair-b'))] }];
    const canary = { canary: true, kind: 'old' };
    return [
      hosts('pair', pair),
      hosts('canaries', [{ lb_endpoints: [endpoint(port('pair-a'), canary), endpoint(port('pair-b'))] }]),
      hosts(
        'levels',
        [0, 1, 2].map((priority) => ({ priority, lb_endpoints: [endpoint(port(`level-${priority}`))] })),
      ),
      hosts('no-retries', pair.slice(), { circuit_breakers: { thresholds: [{ max_retries: 0 }] } }),
      hosts('budget', pair.slice(), {
        circuit_breakers: {
          thresholds: [{ retry_budget: { budget_percent: { value: 20 }, min_retry_concurrency: 1 } }],
        },
      }),
    ];
  },
  cases: [...matrix, ...asking, ...external, ...timed, ...bodies],
};
