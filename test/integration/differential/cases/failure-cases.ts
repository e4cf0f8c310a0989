import { closing, type DifferentialCase, get, post, reply, request, simple } from '../differential-case.js';

const grpc = [['content-type', 'application/grpc']] as const;
const upgrade = [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
  ['sec-websocket-key', 'x'],
] as const;
const switching = reply('101 Switching Protocols', [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
  ['content-length', '0'],
]).replace('content-length: 0\r\n', '');

/** Upstream failures, timeouts, retries, clients that go away, upgrades. */
export const failureCases: readonly DifferentialCase[] = [
  simple('a refused connection', get('/refused')),
  simple('a refused connection of a POST', post('/refused', 'body')),
  simple('a refused connection of gRPC', post('/refused', '', grpc)),
  simple('a refused connection of HEAD', request('HEAD', '/refused')),
  simple('a refused connection, tried again', get('/retry-refused')),
  simple('no cluster', get('/unknown-cluster')),
  simple('no host in the cluster', get('/empty-cluster')),
  simple('no host for gRPC', post('/empty-cluster', '', grpc)),
  simple('the origin closes before it answers', get('/close-early'), { origin: [['complete', 'close']] }),
  simple('the origin resets before it answers', get('/reset-early'), { origin: [['complete', 'reset']] }),
  simple('the origin closes before it answers gRPC', post('/close-early', '', grpc), {
    origin: [['complete', 'close']],
  }),
  simple('the origin closes inside its head', get('/close-head'), {
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\nx-a: 1\r\n' }, 'close']],
  }),
  simple('the origin answers nonsense', get('/nonsense'), {
    origin: [['complete', { send: 'nonsense\r\n\r\n' }]],
  }),
  simple('the origin answers two lengths', get('/nonsense'), {
    origin: ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
  }),
  simple('the origin answers with too many headers', get('/many'), {
    origin: [
      reply(
        '200 OK',
        Array.from({ length: 110 }, (_, i) => [`x-${i}`, '1'] as const),
        'x',
      ),
    ],
  }),
  closing('the origin closes inside a body', get('/close-body'), {
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf' }, 'close']],
  }),
  closing('the origin closes inside a chunked body', get('/close-chunk'), {
    origin: [
      ['complete', { send: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n' }, 'close'],
    ],
  }),
  closing('the origin breaks a chunked body', get('/bad-chunk'), {
    origin: [
      ['complete', { send: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n' }],
    ],
  }),
  simple('the origin sends more than its length', get('/more'), {
    origin: ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokmore'],
  }),
  simple(
    'the origin answers before it is asked everything',
    request('POST', '/early', [['content-length', '100000']], 'x'.repeat(1000)),
    {
      origin: [[{ send: reply('413 Too Large', [], 'enough') }]],
    },
  ),
  simple(
    'the origin answers early and closes',
    request('POST', '/early', [['content-length', '100000']], 'x'.repeat(1000)),
    {
      origin: [[{ send: reply('413 Too Large', [['connection', 'close']], 'enough') }, 'close']],
    },
  ),
  {
    name: 'the origin answers early and the upload goes on',
    steps: [
      request('POST', '/early', [['content-length', '2000']], 'x'.repeat(1000)),
      { responses: 1 },
      'y'.repeat(1000),
    ],
    origin: [[{ send: reply('200 OK', [], 'early') }]],
  },
  {
    name: 'a streamed answer while the request is open',
    steps: [
      request('POST', '/both-ways', [['transfer-encoding', 'chunked']], '2\r\nab\r\n'),
      { text: 'first' },
      '0\r\n\r\n',
      { responses: 1 },
    ],
    origin: [
      [
        { send: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n' },
        'complete',
        { send: '4\r\nlast\r\n0\r\n\r\n' },
      ],
    ],
  },
  simple(
    'a direct response to an upload',
    request('POST', '/direct', [['content-length', '100000']], 'x'.repeat(1000)),
  ),
  simple(
    'nothing routed for an upload',
    request(
      'POST',
      '/nowhere',
      [
        ['host', 'sparse.local'],
        ['content-length', '100000'],
      ],
      'x',
    ),
  ),
  simple('a route timeout', get('/timeout'), { origin: [['hang']] }),
  simple('a route timeout of a POST', post('/timeout', 'body'), { origin: [['hang']] }),
  simple('a route timeout of gRPC', post('/timeout', '', grpc), { origin: [['hang']] }),
  closing('a route timeout inside the body', get('/timeout'), {
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf' }, 'hang']],
  }),
  simple('a timeout from the request', get('/plain', [['x-envoy-upstream-rq-timeout-ms', '120']]), {
    listener: 'internal',
    origin: [['hang']],
  }),
  simple(
    'a timeout from an external request is ignored',
    get('/plain', [['x-envoy-upstream-rq-timeout-ms', '1']]),
    { listener: 'edge' },
  ),
  simple(
    'another answer for a timeout',
    get('/timeout', [['x-envoy-upstream-rq-timeout-alt-response', '1']]),
    { listener: 'internal', origin: [['hang']] },
  ),
  simple('no timeout', get('/no-timeout')),
  simple('a stream idle timeout', get('/plain'), { listener: 'idle', origin: [['hang']] }),
  closing(
    'a stream idle timeout inside a request',
    request('POST', '/plain', [['content-length', '10']], 'half'),
    { listener: 'idle' },
  ),
  closing('a stream idle timeout inside an answer', get('/plain'), {
    listener: 'idle',
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf' }, 'hang']],
  }),
  closing('a stream idle timeout inside a head', 'GET /plain HTTP/1.1\r\nhost: te', { listener: 'idle' }),
  simple('a route’s idle timeout', get('/idle'), { origin: [['hang']] }),
  closing('a request timeout', request('POST', '/plain', [['content-length', '10']], 'half'), {
    listener: 'slow',
  }),
  closing('a request timeout inside the head', 'POST /plain HTTP/1.1\r\nhost: te', { listener: 'slow' }),
  closing('a request header timeout', 'GET /plain HTTP/1.1\r\nhost: te', { listener: 'slow-head' }),
  simple('the longest duration of a stream', get('/plain'), { listener: 'brief', origin: [['hang']] }),
  simple('the longest duration of a gRPC stream', post('/plain', '', grpc), {
    listener: 'brief',
    origin: [['hang']],
  }),
  closing('the longest duration inside an answer', get('/plain'), {
    listener: 'brief',
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf' }, 'hang']],
  }),
  {
    name: 'an idle connection is closed',
    listener: 'brief',
    steps: [get('/direct'), { responses: 1 }, 'closed'],
  },
  { name: 'a connection without a request is closed', listener: 'brief', steps: ['closed'] },
  simple('a route’s longest duration', get('/duration'), { origin: [['hang']] }),
  simple('a grpc-timeout that runs out', post('/grpc-duration', '', [...grpc, ['grpc-timeout', '100m']]), {
    origin: [['hang']],
  }),
  simple('a grpc-timeout that does not', post('/grpc-duration', '', [...grpc, ['grpc-timeout', '2H']])),
  simple('5xx is tried again', get('/retry-5xx'), { origin: [reply('503 No', [], 'no')] }),
  simple('5xx is tried again until the limit', get('/retry-5xx'), {
    origin: [reply('500 No', [], 'a'), reply('502 No', [], 'b'), reply('503 No', [], 'c')],
  }),
  simple('5xx of a POST is tried again with its body', post('/retry-5xx', 'the body'), {
    origin: [reply('500 No')],
  }),
  simple(
    '5xx of a chunked POST is tried again',
    request('POST', '/retry-5xx', [['transfer-encoding', 'chunked']], '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'),
    {
      origin: [reply('500 No')],
    },
  ),
  simple('a 4xx is not tried again', get('/retry-5xx'), { origin: [reply('404 No')] }),
  simple('a reset is tried again', get('/retry-reset'), { origin: [['complete', 'reset']] }),
  simple('a reset is tried again in vain', get('/retry-reset'), {
    origin: [
      ['complete', 'close'],
      ['complete', 'close'],
    ],
  }),
  simple('a reset after the request was sent is not', get('/retry-before'), {
    origin: [['complete', 'close']],
  }),
  simple('a gateway error is tried again', get('/retry-gateway'), { origin: [reply('504 No')] }),
  simple('a 500 is no gateway error', get('/retry-gateway'), { origin: [reply('500 No')] }),
  simple('409 is tried again', get('/retry-4xx'), { origin: [reply('409 No')] }),
  simple('listed codes are tried again', get('/retry-codes'), { origin: [reply('429 No')] }),
  simple('other codes are not', get('/retry-codes'), { origin: [reply('503 No')] }),
  simple('a header asks for another try', get('/retry-header'), {
    origin: [reply('200 OK', [['x-again', 'yes']], 'a')],
  }),
  simple('a header does not ask for another try', get('/retry-header'), {
    origin: [reply('200 OK', [['x-again', 'no']], 'a')],
  }),
  simple('a request that may not be tried again', get('/retry-gated'), { origin: [reply('500 No')] }),
  simple('a request that may be tried again', get('/retry-gated', [['x-may-retry', '1']]), {
    origin: [reply('500 No')],
  }),
  simple('a gRPC status is tried again', post('/retry-grpc', '', grpc), {
    origin: [
      reply('200 OK', [...grpc, ['grpc-status', '14']]),
      reply('200 OK', [...grpc, ['grpc-status', '0']]),
    ],
  }),
  simple('another gRPC status is not', post('/retry-grpc', '', grpc), {
    origin: [reply('200 OK', [...grpc, ['grpc-status', '5']])],
  }),
  simple('no retries are left from the start', get('/retry-limited'), { origin: [reply('500 No')] }),
  simple('rate limited and tried again', get('/retry-ratelimited'), {
    origin: [reply('429 No', [['x-envoy-ratelimited', 'true']])],
  }),
  simple('rate limited and not tried again', get('/retry-5xx'), {
    origin: [reply('503 No', [['x-envoy-ratelimited', 'true']])],
  }),
  simple(
    'the request asks for retries',
    get('/plain', [
      ['x-envoy-retry-on', '5xx, nonsense'],
      ['x-envoy-max-retries', '3'],
    ]),
    {
      listener: 'internal',
      origin: [reply('500 No'), reply('500 No'), reply('500 No')],
    },
  ),
  simple(
    'the request asks for codes',
    get('/plain', [
      ['x-envoy-retry-on', 'retriable-status-codes'],
      ['x-envoy-retriable-status-codes', '404, 405'],
    ]),
    {
      listener: 'internal',
      origin: [reply('405 No')],
    },
  ),
  simple(
    'the request asks for header names',
    get('/plain', [
      ['x-envoy-retry-on', 'retriable-headers'],
      ['x-envoy-retriable-header-names', 'X-Foo,x-bar'],
    ]),
    {
      listener: 'internal',
      origin: [reply('200 OK', [['x-bar', '1']])],
    },
  ),
  simple(
    'the request asks for gRPC retries',
    post('/plain', '', [...grpc, ['x-envoy-retry-grpc-on', 'unavailable']]),
    {
      listener: 'internal',
      origin: [reply('200 OK', [...grpc, ['grpc-status', '14']])],
    },
  ),
  simple('a try that takes too long', get('/per-try'), { origin: [['hang']] }),
  simple('two tries that take too long', get('/per-try'), { origin: [['hang'], ['hang']] }),
  simple('a try that takes too long and is not repeated', get('/per-try-only'), { origin: [['hang']] }),
  {
    name: 'the client leaves while the origin thinks',
    steps: [get('/plain'), { atOrigin: 1 }, 'reset', 'origin-idle'],
    origin: [['hang']],
    probes: false,
  },
  {
    name: 'the client half-closes while the origin thinks',
    steps: [get('/plain'), { atOrigin: 1 }, 'end', 'closed'],
    origin: [['hang']],
  },
  {
    name: 'the client leaves inside its body',
    steps: [
      request('POST', '/plain', [['content-length', '10']], 'half'),
      { textAtOrigin: 'half' },
      'end',
      'closed',
    ],
    probes: false,
  },
  {
    name: 'the client leaves inside the answer',
    steps: [get('/plain'), { text: 'half' }, 'reset', 'origin-idle'],
    origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf' }, 'hang']],
    probes: false,
  },
  {
    name: 'the client leaves inside its head',
    steps: ['GET /plain HTTP/1.1\r\nho', 'end', 'closed'],
    probes: false,
  },
  { name: 'the client leaves without a word', steps: ['end', 'closed'], probes: false },
  {
    name: 'the client half-closes after its answer',
    steps: [get('/plain'), { responses: 1 }, 'end', 'closed'],
    probes: false,
  },
  {
    name: 'a WebSocket',
    listener: 'upgrades',
    steps: [
      get('/socket', upgrade),
      { text: '\r\n\r\n' },
      'ping',
      { text: 'ping' },
      'pong',
      { text: 'pingpong' },
      'end',
      'closed',
    ],
    origin: [[{ send: switching }, 'echo']],
    probes: false,
  },
  {
    name: 'a WebSocket that the origin closes',
    listener: 'upgrades',
    steps: [get('/socket', upgrade), { text: 'bye' }, 'closed'],
    origin: [[{ send: `${switching}bye` }, 'close']],
    probes: false,
  },
  {
    name: 'a WebSocket with early data',
    listener: 'upgrades',
    steps: [`${get('/socket', upgrade)}early`, { text: 'early' }, 'reset', 'origin-idle'],
    origin: [[{ send: switching }, 'echo']],
    probes: false,
  },
  simple('a WebSocket that the origin refuses', get('/socket', upgrade), {
    listener: 'upgrades',
    origin: [[{ send: reply('403 Forbidden', [], 'no') }]],
  }),
  simple('a WebSocket that the origin answers with 200', get('/socket', upgrade), {
    listener: 'upgrades',
    origin: [[{ send: reply('200 OK', [], 'fine') }]],
  }),
  closing('a WebSocket that is not allowed', get('/plain', upgrade)),
  closing(
    'an upgrade that is switched off',
    get('/plain', [
      ['connection', 'upgrade'],
      ['upgrade', 'off'],
    ]),
    { listener: 'upgrades' },
  ),
  {
    name: 'a WebSocket that the route allows',
    steps: [
      get('/websocket', upgrade),
      { text: '\r\n\r\n' },
      'ping',
      { text: 'ping' },
      'reset',
      'origin-idle',
    ],
    origin: [[{ send: switching }, 'echo']],
    probes: false,
  },
  closing('a WebSocket that the route forbids', get('/no-websocket', upgrade), { listener: 'upgrades' }),
  simple(
    'h2c is no upgrade',
    get('/plain', [
      ['connection', 'Upgrade, HTTP2-Settings'],
      ['upgrade', 'h2c'],
      ['http2-settings', 'AAMAAABkAAQAAP__'],
    ]),
  ),
  simple('an upgrade without connection', get('/plain', [['upgrade', 'websocket']])),
  closing('a WebSocket to a refused connection', get('/refused', upgrade), { listener: 'upgrades' }),
  simple('a second answer in the same turn', get('/plain'), {
    origin: [`${reply('200 OK', [], 'one')}${reply('200 OK', [], 'two')}`],
  }),
  {
    name: 'the upstream connection is used again',
    steps: [
      get('/one'),
      { responses: 1 },
      post('/two', 'x'),
      { responses: 2 },
      get('/three'),
      { responses: 3 },
    ],
  },
  {
    name: 'a stale upstream connection is not used again',
    steps: [get('/one'), { responses: 1 }, 'origin-idle', get('/two'), { responses: 2 }],
    origin: [['complete', { send: reply('200 OK', [], 'x') }, 'close']],
  },
];
