import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, reply } from '../differential-case.js';
import { data, frame, headers, resetFrame, uint32 } from '../http2-wire.js';
import type { Fields, FilterFamily, FilterListener } from './filter-family.js';
import { http2Refusals, http2Tunnels } from './http2-refusals.js';
import { answer, ask, grpcCall, head, type Rest, talk, trailing, uncounted } from './http2-talk.js';
import { routeTo } from './shorthand.js';

const protocols = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const overHttp2: Fields = {
  typed_extension_protocol_options: {
    [protocols]: {
      '@type': `type.googleapis.com/${protocols}`,
      explicit_http_config: { http2_protocol_options: { allow_connect: true } },
    },
  },
};

const two = { cluster: 'http2' };
const routes: readonly Plain[] = [
  routeTo(
    '/direct',
    {},
    { route: undefined, direct_response: { status: 403, body: { inline_string: 'no' } } },
  ),
  routeTo('/moved', {}, { route: undefined, redirect: { path_redirect: '/there' } }),
  routeTo('/refused', {}, { route: { cluster: 'refused' } }),
  routeTo('/two/slow', {}, { route: { ...two, timeout: '0.1s' } }),
  routeTo('/two/retry', {}, { route: { ...two, retry_policy: { retry_on: '5xx,reset,refused-stream' } } }),
  routeTo(
    '/two/deadline',
    {},
    { route: { ...two, timeout: '0s', max_stream_duration: { grpc_timeout_header_max: '2s' } } },
  ),
  routeTo('/two', {}, { route: two }),
  routeTo('/slow', {}, { route: { cluster: 'main', timeout: '0.1s' } }),
];

function listener(manager: Fields): FilterListener {
  return { filters: [], routes, manager };
}

/** Whether an answer overtakes the end of its request within one read. */
const early: Rest = { ignores: [/\[reset 0\]|http2\.tx_reset 1$/] };

const requests: readonly DifferentialCase[] = ['/one', '/two'].flatMap((path) => {
  const to = `to ${path}`;
  return [
    ask(`GET ${to}`, path, [
      ['x-a', '1'],
      ['x-a', '2'],
      ['user-agent', 'me'],
    ]),
    talk(`HEAD ${to}`, headers(1, head('HEAD', path)), {
      origin:
        path === '/two'
          ? [
              answer([
                [':status', '200'],
                ['content-length', '5'],
              ]),
            ]
          : [reply('200 OK', [['content-length', '5']])],
    }),
    talk(
      `POST with a length ${to}`,
      headers(1, head('POST', path, [['content-length', '3']]), false) + data(1, 'abc'),
    ),
    talk(`POST without a length ${to}`, headers(1, head('POST', path), false) + data(1, 'abc')),
    talk(`an empty POST ${to}`, headers(1, head('POST', path))),
    talk(
      `a POST that ends with an empty frame ${to}`,
      headers(1, head('POST', path), false) + data(1, 'abc', false) + data(1, ''),
    ),
    talk(
      `trailers of a request ${to}`,
      headers(1, head('POST', path), false) + data(1, 'abc', false) + headers(1, [['x-t', '1']]),
    ),
    ask(`a cookie in crumbs ${to}`, path, [
      ['cookie', 'a=1'],
      ['x-b', '2'],
      ['cookie', 'b=2'],
      ['cookie', 'c=3'],
    ]),
    ask(`te: trailers ${to}`, path, [['te', 'trailers']]),
    ask(`te: gzip ${to}`, path, [['te', 'gzip']], uncounted),
    ask(`a host besides the authority ${to}`, path, [['host', 'other.local']]),
    talk(
      `a host instead of an authority ${to}`,
      headers(1, [
        [':method', 'GET'],
        [':scheme', 'http'],
        [':path', path],
        ['host', 'host.local'],
      ]),
    ),
    ask(`expect: 100-continue ${to}`, path, [['expect', '100-continue']]),
    ask(`spaces around a value ${to}`, path, [['x-a', ' b ']], uncounted),
    ask(`scheme https ${to}`, path, [['x-forwarded-proto', 'https']]),
    talk(
      `two streams ${to}`,
      headers(1, head('GET', `${path}/a`)) + headers(3, head('GET', `${path}/b`)),
      {},
      [{ responses: 2 }],
    ),
    talk(
      `an answer larger than the window ${to}`,
      frame('settings', 0, 0, '\0\x04\0\0\0\x02') + headers(1, head('GET', path)),
      {},
      [{ textAtOrigin: path }, frame('window', 0, 1, uint32(4)), { responses: 1 }],
    ),
    talk(
      `data in padded frames ${to}`,
      headers(1, head('POST', path), false) + frame('data', 9, 1, '\x02abc\0\0'),
    ),
    talk(`a reset by the client ${to}`, headers(1, head('POST', path), false), { origin: [['hang']] }, [
      { atOrigin: 1 },
      resetFrame(1, 8),
    ]),
    talk(
      `a reset without error by the client ${to}`,
      headers(1, head('POST', path), false),
      { origin: [['hang']] },
      [{ atOrigin: 1 }, resetFrame(1, 0)],
    ),
    talk(
      `the client leaves in the middle ${to}`,
      headers(1, head('POST', path), false),
      { origin: [['hang']], probes: false },
      [{ atOrigin: 1 }, 'end', 'closed'],
    ),
    talk(`a gRPC call that times out ${to}`, grpcCall(path === '/two' ? '/two/slow' : '/slow'), {
      origin: [['hang']],
    }),
  ];
});

const local: readonly DifferentialCase[] = [
  ask('a direct response', '/direct'),
  talk('a direct response to HEAD', headers(1, head('HEAD', '/direct'))),
  talk('a direct response before the request is complete', headers(1, head('POST', '/direct'), false)),
  ask('a redirect', '/moved'),
  ask('an origin that refuses', '/refused'),
  talk('gRPC: a direct response', grpcCall('/direct'), early),
  talk('gRPC: an origin that refuses', grpcCall('/refused')),
  talk('gRPC: an answer with trailers', grpcCall('/two'), {
    origin: [
      trailing([
        ['grpc-status', '5'],
        ['grpc-message', 'none'],
      ]),
    ],
  }),
  talk('gRPC: an answer of trailers alone', grpcCall('/two'), {
    origin: [
      answer([
        [':status', '200'],
        ['content-type', 'application/grpc'],
        ['grpc-status', '7'],
      ]),
    ],
  }),
  talk('gRPC: a deadline', grpcCall('/two/deadline', [['grpc-timeout', '100m']]), { origin: [['hang']] }),
  talk('gRPC: an origin that answers 503', grpcCall('/two'), { origin: [answer([[':status', '503']], 'x')] }),
  ask('too large a head', '/one', [['x-a', 'x'.repeat(5000)]], { listener: 'h2-limits' }),
  ask(
    'too many headers',
    '/one',
    Array.from({ length: 20 }, (_, i) => [`x-${i}`, 'y'] as const),
    { listener: 'h2-limits', ...uncounted },
  ),
  ask('an underscore', '/one', [['x_a', '1']], { listener: 'h2-limits' }),
  talk('a stream that idles', headers(1, head('POST', '/one'), false), {
    listener: 'h2-idle',
    origin: [['hang']],
  }),
  talk(
    'more streams than allowed',
    headers(1, head('POST', '/one'), false) +
      headers(3, head('POST', '/one'), false) +
      headers(5, head('GET', '/one')),
    { listener: 'h2-limits', origin: [['hang'], ['hang']] },
    [{ responses: 1 }],
  ),
];

const answers: readonly DifferentialCase[] = [
  ask('an answer with headers', '/two', [], {
    origin: [
      answer(
        [
          [':status', '201'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['server', 'own'],
        ],
        'body',
      ),
    ],
  }),
  ask('an answer with trailers', '/two', [], {
    origin: [
      [
        'complete',
        { send: headers(1, [[':status', '200']], false) + data(1, 'x', false) + headers(1, [['x-t', '1']]) },
      ],
    ],
  }),
  ask('an informational answer', '/two', [], {
    origin: [
      [
        'complete',
        {
          send:
            headers(
              1,
              [
                [':status', '103'],
                ['link', '</a>'],
              ],
              false,
            ) + headers(1, [[':status', '200']]),
        },
      ],
    ],
  }),
  ask('204', '/two', [], { origin: [answer([[':status', '204']])] }),
  ask('304 with a length', '/two', [], {
    origin: [
      answer([
        [':status', '304'],
        ['content-length', '5'],
      ]),
    ],
  }),
  ask('an answer shorter than its length', '/two', [], {
    ...uncounted,
    origin: [
      answer(
        [
          [':status', '200'],
          ['content-length', '9'],
        ],
        'short',
      ),
    ],
  }),
  ask('an answer longer than its length', '/two', [], {
    ...uncounted,
    origin: [
      answer(
        [
          [':status', '200'],
          ['content-length', '2'],
        ],
        'long',
      ),
    ],
  }),
  ask('an answer without a status', '/two', [], { origin: [answer([['x-a', '1']])] }),
  ask('an answer with a bad status', '/two', [], { origin: [answer([[':status', 'abc']])], ...uncounted }),
  ask('an answer with connection: close', '/two', [], {
    ...uncounted,
    origin: [
      answer([
        [':status', '200'],
        ['connection', 'close'],
      ]),
    ],
  }),
  ask('an answer with an upper-case name', '/two', [], {
    ...uncounted,
    origin: [
      answer([
        [':status', '200'],
        ['X-A', '1'],
      ]),
    ],
  }),
  ask('a reset instead of an answer', '/two', [], { origin: [['complete', { send: resetFrame(1, 2) }]] }),
  ask('a stream that is refused', '/two', [], { origin: [['complete', { send: resetFrame(1, 7) }]] }),
  ask('a stream that is refused, tried again', '/two/retry', [], {
    origin: [['complete', { send: resetFrame(1, 7) }]],
  }),
  ask('a reset in the middle of an answer', '/two', [], {
    origin: [
      [
        'complete',
        { send: headers(1, [[':status', '200']], false) + data(1, 'x', false) },
        { send: resetFrame(1, 2) },
      ],
    ],
  }),
  talk(
    'an answer before the request is complete, and a reset without error',
    headers(1, head('POST', '/two'), false),
    { origin: [[{ send: headers(1, [[':status', '200']]) + resetFrame(1, 0) }]], ignores: [/rx_reset/] },
  ),
  ask('an origin that closes', '/two', [], { origin: [['close']] }),
  ask('an origin that breaks off', '/two', [], { origin: [['reset']] }),
  ask('an origin that says GOAWAY and answers', '/two', [], {
    origin: [
      ['complete', { send: frame('goaway', 0, 0, uint32(1) + uint32(0)) + headers(1, [[':status', '200']]) }],
    ],
  }),
  ask('an origin that says GOAWAY and did not look', '/two', [], {
    origin: [['complete', { send: frame('goaway', 0, 0, uint32(0) + uint32(0)) }]],
  }),
  ask('an origin that sends nonsense', '/two', [], {
    origin: [['complete', { send: frame('push', 4, 1, uint32(2)) }]],
  }),
  {
    name: 'HTTP/1 to an HTTP/2 origin',
    listener: 'h2',
    steps: [
      'POST /two HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: x-b\r\nx-b: 1\r\nte: trailers\r\n\r\n1\r\na\r\n0\r\n\r\n',
      { responses: 1 },
    ],
  },
  {
    name: 'HTTP/1 upgrade to an HTTP/2 origin',
    listener: 'h2-connect',
    probes: false,
    steps: [
      'GET /two HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      { text: '101' },
    ],
    origin: [[{ send: headers(1, [[':status', '200']], false) }]],
  },
];

export const http2Family: FilterFamily = {
  listeners: {
    h2: listener({}),
    'h2-only': listener({ codec_type: 'HTTP2' }),
    'h2-lenient': listener({
      codec_type: 'HTTP2',
      http2_protocol_options: { override_stream_error_on_invalid_http_message: true },
    }),
    'h2-limits': listener({
      max_request_headers_kb: 4,
      common_http_protocol_options: {
        max_headers_count: 12,
        headers_with_underscores_action: 'REJECT_REQUEST',
      },
      http2_protocol_options: { max_concurrent_streams: 2 },
    }),
    'h2-idle': listener({ stream_idle_timeout: '0.15s' }),
    'h2-connect': listener({
      http2_protocol_options: { allow_connect: true },
      upgrade_configs: [{ upgrade_type: 'websocket' }],
    }),
  },
  clusters: { http2: overHttp2 },
  // How short a header block gets is the encoder's affair.
  cases: [...requests, ...local, ...answers, ...http2Refusals, ...http2Tunnels].map((it) => ({
    ...it,
    ignores: [/upstream_cx_tx_bytes_total/, ...(it.ignores ?? [])],
  })),
};

/** What either side reads and how long fields are; how heads are packed is each proxy's own choice. */
const counts = ['WIRE_BYTES_RECEIVED', 'HEADER_BYTES_RECEIVED', 'DECOMPRESSED_HEADER_BYTES_RECEIVED'];
const wireCounts = ['DOWNSTREAM', 'UPSTREAM'].flatMap((side) => counts.map((count) => `%${side}_${count}%`));

export const http2Log = [
  '%PROTOCOL% upstream=%UPSTREAM_PROTOCOL% grpc=%GRPC_STATUS% authority=%REQ(:AUTHORITY)%',
  'scheme=%REQ(:SCHEME)% host=%UPSTREAM_HOST%',
  `wire=${wireCounts.join()},%UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT%`,
].join(' ');
