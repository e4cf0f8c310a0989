import type { Plain } from '../../../../../src/base/plain.js';
import {
  closing,
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

const quick: Fields = { base_interval: '0.001s', max_interval: '0.002s' };
const previousPriorities: Plain = {
  name: 'envoy.retry_priorities.previous_priorities',
  typed_config: typed('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', {
    update_frequency: 1,
  }),
};

function to(prefix: string, policy: Fields, action: Fields = {}, route: Fields = {}): Plain {
  return {
    match: { prefix },
    name: prefix.slice(1),
    route: { cluster: 'main', retry_policy: { retry_back_off: quick, ...policy }, ...action },
    ...route,
  };
}

/** Each attempt goes to the next priority. */
function onwards(prefix: string, cluster: string, policy: Fields = {}, action: Fields = {}): Plain {
  return to(
    prefix,
    { retry_on: '5xx', num_retries: 2, retry_priority: previousPriorities, ...policy },
    { cluster, ...action },
  );
}

const hedged: Fields = { timeout: '1s', hedge_policy: { hedge_on_per_try_timeout: true } };
const perTry = '0.15s';

const routes: readonly Plain[] = [
  onwards('/then-refused', 'then-refused', { num_retries: 1 }),
  onwards('/refused-first', 'refused-first'),
  onwards('/through-all', 'through-all', { num_retries: 3 }),
  onwards('/hedged-away', 'through-all', { num_retries: 1, per_try_timeout: perTry }, hedged),
  onwards('/hedged-refused', 'then-refused', { num_retries: 1, per_try_timeout: perTry }, hedged),
  to('/try-gateway', { retry_on: 'gateway-error', per_try_timeout: perTry }),
  to('/try-reset', { retry_on: 'reset', per_try_timeout: perTry }),
  to('/try-connect', { retry_on: 'connect-failure', per_try_timeout: perTry }),
  to('/try-before', { retry_on: 'reset-before-request', per_try_timeout: perTry }),
  to('/try-codes', {
    retry_on: 'retriable-status-codes',
    retriable_status_codes: [504],
    per_try_timeout: perTry,
  }),
  to('/try-long', { retry_on: '5xx', per_try_timeout: '5s' }, { timeout: '0.2s' }),
  to('/idle', { retry_on: '5xx', per_try_idle_timeout: perTry }),
  to('/try-endless', { retry_on: '5xx', per_try_timeout: perTry }, { timeout: '0s' }),
  to('/try-cut', { retry_on: '5xx', num_retries: 3, per_try_timeout: '0.5s' }, { timeout: '0.8s' }),
  to(
    '/long-back-off',
    {
      retry_on: '5xx',
      rate_limited_retry_back_off: { reset_headers: [{ name: 'x-wait', format: 'SECONDS' }] },
    },
    {},
    { request_body_buffer_limit: 1000 },
  ),
  to('/two-waits', {
    retry_on: '5xx',
    rate_limited_retry_back_off: {
      reset_headers: [
        { name: 'x-first', format: 'SECONDS' },
        { name: 'x-then', format: 'UNIX_TIMESTAMP' },
      ],
      max_interval: '2s',
    },
  }),
  to('/matched', {
    retry_on: 'retriable-headers',
    retriable_headers: [
      { name: 'x-again', string_match: { prefix: 'ye' } },
      { name: 'x-never', present_match: false },
    ],
    retriable_request_headers: [{ name: 'x-may', string_match: { exact: 'no' }, invert_match: true }],
  }),
  to('/5xx', { retry_on: '5xx', num_retries: 2 }),
  to('/plain', {}),
  { match: { prefix: '/direct' }, direct_response: { status: 200 } },
  { match: { prefix: '/nowhere' }, route: { cluster_header: 'x-none' } },
];

const bad = reply('503 Service Unavailable', [], 'bad');

function ask(
  name: string,
  path: string,
  origin: readonly OriginScript[] = [],
  headers: HeaderList = [],
  listener = 'tries',
): DifferentialCase {
  return simple(`attempts: ${name}`, get(path, headers), { listener, origin, ignores: [/connection \d/] });
}

const changing: readonly DifferentialCase[] = [
  ask('an answer, then nobody', '/then-refused', [bad]),
  ask('nobody, then an answer', '/refused-first'),
  ask('nobody, then a bad answer, then a good one', '/refused-first', [bad]),
  ask('four hosts', '/through-all', [bad, bad, bad]),
  ask('four hosts in vain', '/through-all', [bad, bad, bad, bad]),
  ask('hedged, the second host answers', '/hedged-away', [['hang']]),
  ask('hedged, the first host answers late', '/hedged-away', [
    ['complete', { requests: 2 }, { send: reply('200 OK', [], 'late') }],
    ['hang'],
  ]),
  ask('hedged, the first host fails late', '/hedged-away', [
    ['complete', { requests: 2 }, { send: bad }],
    ['hang'],
  ]),
  ask('hedged to nobody', '/hedged-refused', [['hang']]),
];

const timed: readonly DifferentialCase[] = [
  ...[
    '/try-gateway',
    '/try-reset',
    '/try-connect',
    '/try-before',
    '/try-codes',
    '/try-long',
    '/try-endless',
    '/try-cut',
  ].map((path) => ask(`two that hang, ${path}`, path, [['hang'], ['hang'], ['hang'], ['hang']])),
  ask(
    'a timeout of a try is answered otherwise',
    '/try-connect',
    [['hang']],
    [['x-envoy-upstream-rq-timeout-alt-response', '1']],
    'tries-internal',
  ),
  ask(
    'a timeout of a try that is as long as all',
    '/plain',
    [['hang']],
    [
      ['x-envoy-upstream-rq-per-try-timeout-ms', '100'],
      ['x-envoy-upstream-rq-timeout-ms', '100'],
    ],
    'tries-internal',
  ),
  ask('the first of two waits', '/two-waits', [
    reply('503 No', [
      ['x-first', '0'],
      ['x-then', '1'],
    ]),
  ]),
  ask('waits that are too long', '/two-waits', [
    reply('503 No', [
      ['x-first', '9'],
      ['x-then', '99999999999'],
    ]),
  ]),
  ask('a time that is over', '/two-waits', [reply('503 No', [['x-then', '1000']])]),
  ask('a wait that is a fraction', '/two-waits', [reply('503 No', [['x-first', '0.5']])]),
  ask('a wait with blanks', '/two-waits', [reply('503 No', [['x-first', ' 0 ']])]),
  ask('a wait below nothing', '/two-waits', [reply('503 No', [['x-first', '-1']])]),
  ask('two waits of one name', '/two-waits', [
    reply('503 No', [
      ['x-first', '0'],
      ['x-first', '9'],
    ]),
  ]),
];

const late = request('POST', '/long-back-off', [['content-length', '3000']], 'x'.repeat(500));

const streamed: readonly DifferentialCase[] = [
  {
    name: 'attempts: a body outgrows the buffer while its retry waits',
    listener: 'tries',
    steps: [late, { atOrigin: 1 }, { textAtOrigin: 'xx' }, 'x'.repeat(2500), { responses: 1 }],
    origin: [[{ text: 'x'.repeat(500) }, { send: reply('503 No', [['x-wait', '4']]) }]],
    probes: false,
  },
  closing('attempts: an answer that breaks off is not repeated', get('/5xx'), {
    listener: 'tries',
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf' }, 'reset']],
    probes: false,
  }),
  closing(
    'attempts: a bad answer that breaks off is repeated',
    `${get('/5xx').slice(0, -2)}connection: close\r\n\r\n`,
    {
      listener: 'tries',
      origin: [['complete', { send: 'HTTP/1.1 503 No\r\ncontent-length: 10\r\n\r\nhalf' }, 'reset']],
      probes: false,
      ignores: [/connection \d/],
    },
  ),
  ask('a hint, then a bad answer', '/5xx', [
    ['complete', { send: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n' }, { send: bad }],
  ]),
  ask('a hint, then a reset', '/5xx', [
    ['complete', { send: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n' }, 'reset'],
  ]),
  ask('a hint, then silence', '/try-long', [
    ['complete', { send: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n' }, 'hang'],
  ]),
  ask('a hint, then silence for a try', '/try-cut', [
    ['complete', { send: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n' }, 'hang'],
    ['hang'],
  ]),
  ask('a hint, then silence for too long', '/idle', [
    ['complete', { send: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n' }, 'hang'],
    ['hang'],
  ]),
  ask('an unknown hint, then a bad answer', '/5xx', [
    ['complete', { send: 'HTTP/1.1 199 Odd\r\n\r\n' }, { send: bad }],
  ]),
  {
    name: 'attempts: a bad answer to an upload that goes on',
    listener: 'tries',
    steps: [
      request('POST', '/5xx', [['content-length', '20']], 'x'.repeat(10)),
      { atOrigin: 2 },
      'y'.repeat(10),
      { responses: 1 },
    ],
    origin: [[{ send: bad }]],
    ignores: [/connection \d/],
  },
  {
    name: 'attempts: bad answers to a chunked upload with trailers',
    listener: 'tries',
    steps: [
      request('POST', '/5xx', [['transfer-encoding', 'chunked']], '2\r\nab\r\n'),
      { atOrigin: 2 },
      '2\r\ncd\r\n0\r\nx-last: yes\r\n\r\n',
      { responses: 1 },
    ],
    origin: [[{ send: bad }], ['complete', { send: bad }]],
    ignores: [/connection \d/],
  },
];

const counted: readonly DifferentialCase[] = [
  ask('counted, one', '/5xx'),
  ask('counted, three', '/5xx', [bad, bad]),
  ask('counted, in vain', '/5xx', [bad, bad, bad]),
  ask('counted, a refused host', '/then-refused', [bad]),
  ask('counted, a direct answer', '/direct'),
  ask('counted, no cluster', '/nowhere'),
  ask('counted, as the client says', '/5xx', [bad], [['x-envoy-attempt-count', '7']]),
  ask('counted, as the origin says', '/5xx', [reply('200 OK', [['x-envoy-attempt-count', '9']])]),
  ask('counted, a timeout', '/try-connect', [['hang']]),
].map((it) => ({ ...it, listener: 'tries-counted' }));

const matched: readonly DifferentialCase[] = [
  ask('a header asks for another', '/matched', [
    reply('200 OK', [
      ['x-again', 'yes'],
      ['x-never', '1'],
    ]),
  ]),
  ask('a header is missing', '/matched', [reply('200 OK', [['x-again', 'no']])]),
  ask('no header asks for another', '/matched', [
    reply('200 OK', [
      ['x-again', 'no'],
      ['x-never', '1'],
    ]),
  ]),
  ask('the request forbids another', '/matched', [reply('200 OK', [])], [['x-may', 'no']]),
  ask('the request allows another', '/matched', [reply('200 OK', [])], [['x-may', 'yes']]),
  simple('attempts: a body is sent to all hosts', post('/through-all', 'payload'), {
    listener: 'tries',
    origin: [bad, ['complete', 'reset'], bad],
    ignores: [/connection \d/],
  }),
];

function levels(name: string, ports: readonly (number | undefined)[]): Plain {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: ports.map((port, priority) => ({
        priority,
        lb_endpoints: [{ endpoint: { address: address(port ?? 1) } }],
      })),
    },
  };
}

const hosts = ['try-a', 'try-b', 'try-c', 'try-d'];

/** What becomes of a request over several attempts: on other hosts, beside each other, too late, while it is sent. */
export const attemptFamily: FilterFamily = {
  listeners: {
    tries: { filters: [], routes, manager: { http_protocol_options: { enable_trailers: true } } },
    'tries-internal': {
      filters: [],
      routes,
      manager: {
        use_remote_address: true,
        internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
      },
    },
    'tries-counted': {
      filters: [],
      routes,
      virtualHost: {
        include_request_attempt_count: true,
        include_attempt_count_in_response: true,
        include_is_timeout_retry_header: true,
      },
    },
  },
  origins: hosts,
  shapedClusters: ({ origins }) => [
    levels('then-refused', [origins['try-a'], undefined]),
    levels('refused-first', [undefined, origins['try-a'], origins['try-b']]),
    levels(
      'through-all',
      hosts.map((host) => origins[host]),
    ),
  ],
  cases: [...changing, ...timed, ...streamed, ...counted, ...matched],
};
