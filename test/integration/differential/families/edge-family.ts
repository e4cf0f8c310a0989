import { type DifferentialCase, get, type HeaderList, reply, request, simple } from '../differential-case.js';
import type { Fields, FilterFamily } from './filter-family.js';

const many = (count: number): HeaderList => Array.from({ length: count }, (_, i) => [`x-${i}`, 'v'] as const);
const ws = [
  ['connection', 'upgrade'],
  ['upgrade', 'websocket'],
] as const;
const switching = (protocol: string): string =>
  `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\n\r\nhi`;

const isTunnel = (listener: string, answer: string): boolean =>
  listener === 'edge-open' && answer.startsWith('HTTP/1.1 101');

const at = (
  listener: string,
  name: string,
  text: string,
  rest: Partial<DifferentialCase> = {},
): DifferentialCase => simple(`edge: ${listener}, ${name}`, text, { listener, ...rest });

const hosts = [
  'TEST.Local',
  'test.local.',
  'test.local:80',
  'test.local:0',
  'test.local:65536',
  'test.local:',
  '[::1]:80',
  '[::1',
  '::1',
  'a,b',
  'a%20b',
  'ä',
  'a_b',
  '*',
  'a'.repeat(300),
  'test.local:80:90',
  '"a"',
];
const targets = [
  '//',
  '/..',
  '/%00',
  '/%2e%2e/x',
  '/%zz',
  '/a\\b',
  '/ä',
  '/a?b?c#',
  '/;a=b',
  '/a%2Fb',
  '/%',
  `/${'a'.repeat(9000)}`,
  '/a{b}',
  '/a|b^',
  '/a"b',
  '/<a>',
  '/\x7f',
];
const expects: readonly (readonly [string, HeaderList])[] = [
  ['other letters', [['expect', '100-Continue']]],
  ['another expectation', [['expect', 'other']]],
  ['two in one', [['expect', '100-continue, other']]],
  ['blanks', [['expect', ' 100-continue ']]],
];
const interim: readonly (readonly [string, string])[] = [
  ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['100 with fields', 'HTTP/1.1 100 Continue\r\nx-a: b\r\n\r\n'],
  ['102', 'HTTP/1.1 102 Processing\r\nx-a: b\r\n\r\n'],
  ['103', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
  ['two 103', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </b>\r\n\r\n'],
  ['199', 'HTTP/1.1 199 Odd\r\n\r\n'],
  ['104', 'HTTP/1.1 104 Upload Resumption Supported\r\n\r\n'],
  ['110 and 103', 'HTTP/1.1 110 Odd\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n'],
  ['100 and 103', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n'],
  ['102 and 103', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n'],
  ['100 with a length', 'HTTP/1.1 100 Continue\r\ncontent-length: 2\r\n\r\n'],
  ['a chunked 103', 'HTTP/1.1 103 Early Hints\r\ntransfer-encoding: chunked\r\n\r\n'],
];
const ok = reply('200 OK', [], 'ok');
const answers: readonly (readonly [string, string])[] = [
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  ['an underscore', 'HTTP/1.1 200 OK\r\nx_a: b\r\ncontent-length: 2\r\n\r\nok'],
  ['more than was said', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokmore'],
  ['205 with a body', 'HTTP/1.1 205 Reset Content\r\ncontent-length: 2\r\n\r\nok'],
  ['a location that is relative', reply('302 Found', [['location', 'x']])],
  [
    'upgrade fields of a plain answer',
    reply(
      '200 OK',
      [
        ['upgrade', 'h2c'],
        ['connection', 'upgrade'],
      ],
      'ok',
    ),
  ],
  [
    'keep-alive fields',
    reply(
      '200 OK',
      [
        ['keep-alive', 'timeout=5'],
        ['connection', 'keep-alive'],
      ],
      'ok',
    ),
  ],
  [
    'a nominated field',
    reply(
      '200 OK',
      [
        ['x-a', 'b'],
        ['connection', 'x-a'],
      ],
      'ok',
    ),
  ],
  ['100 fields', reply('200 OK', many(98), 'ok')],
  ['101 fields', reply('200 OK', many(100), 'ok')],
  ['many fields', reply('200 OK', many(150), 'ok')],
  ['a long field', reply('200 OK', [['x-a', 'v'.repeat(50_000)]], 'ok')],
  ['a field that is too long', reply('200 OK', [['x-a', 'v'.repeat(90_000)]], 'ok')],
];
const upgrades: readonly (readonly [string, HeaderList, string])[] = [
  ['is taken', ws, switching('websocket')],
  ['is refused', ws, reply('400 Bad Request', [], 'no')],
  ['is answered with 200', ws, ok],
  ['is answered with another', ws, switching('other')],
  [
    'in other letters',
    [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'WebSocket'],
    ],
    switching('WebSocket'),
  ],
  ['without connection', [['upgrade', 'websocket']], ok],
  ['with connection alone', [['connection', 'upgrade']], ok],
  [
    'of two',
    [
      ['connection', 'upgrade'],
      ['upgrade', 'websocket, h2c'],
    ],
    ok,
  ],
  [
    'among others',
    [
      ['connection', 'keep-alive, upgrade'],
      ['upgrade', 'websocket'],
    ],
    switching('websocket'),
  ],
  [
    'of h2c',
    [
      ['connection', 'upgrade, http2-settings'],
      ['upgrade', 'h2c'],
      ['http2-settings', 'AAMAAABk'],
    ],
    ok,
  ],
  [
    'that is not allowed',
    [
      ['connection', 'upgrade'],
      ['upgrade', 'other'],
    ],
    ok,
  ],
];

const upstream = (fields: Fields): Fields => ({
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http_protocol_options: { enable_trailers: true } },
      ...fields,
    },
  },
});
const to = (cluster: string): Fields => ({ match: { prefix: `/${cluster}` }, route: { cluster } });
const limits: readonly (readonly [string, string, string])[] = [
  ['few-fields', 'as many fields as there may be', reply('200 OK', many(4), 'ok')],
  ['few-fields', 'one field more', reply('200 OK', many(5), 'ok')],
  [
    'few-fields',
    'trailers beside',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${many(4)
      .map(([name]) => `${name}: v\r\n`)
      .join('')}\r\n`,
  ],
  [
    'few-fields',
    'too many trailers',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${many(7)
      .map(([name]) => `${name}: v\r\n`)
      .join('')}\r\n`,
  ],
  ['short-head', 'a short head', reply('200 OK', [['x-a', 'v'.repeat(700)]], 'ok')],
  ['short-head', 'a head that is too long', reply('200 OK', [['x-a', 'v'.repeat(1500)]], 'ok')],
  ['no-underscores', 'a field with an underscore', reply('200 OK', [['x_a', 'b']], 'ok')],
  ['no-underscores', 'fields without', reply('200 OK', [['x-a', 'b']], 'ok')],
  ['one-request', 'one request for each connection', ok],
];

/** The far corners of HTTP/1.1, on listeners with and without trailers, informational answers and upgrades. */
export const edgeFamily: FilterFamily = {
  listeners: {
    'edge-plain': {
      filters: [],
      routes: ['few-fields', 'short-head', 'no-underscores', 'one-request'].map(to),
    },
    'edge-few': {
      filters: [],
      manager: {
        common_http_protocol_options: { max_headers_count: 3 },
        http_protocol_options: { enable_trailers: true },
      },
    },
    'edge-short': { filters: [], manager: { max_request_headers_kb: 1 } },
    'edge-open': {
      filters: [],
      manager: {
        proxy_100_continue: true,
        http_protocol_options: { enable_trailers: true, allow_chunked_length: true },
        upgrade_configs: [{ upgrade_type: 'websocket' }],
        normalize_path: true,
      },
    },
  },
  clusters: {
    'few-fields': upstream({ common_http_protocol_options: { max_headers_count: 5 } }),
    'short-head': upstream({ common_http_protocol_options: { max_response_headers_kb: 1 } }),
    'no-underscores': upstream({
      common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
    }),
    'one-request': upstream({ common_http_protocol_options: { max_requests_per_connection: 1 } }),
  },
  cases: [
    ...limits.map(([cluster, name, text]) =>
      at('edge-plain', `${cluster}, ${name}`, get(`/${cluster}`), { origin: [text] }),
    ),
    ...[1, 2, 3, 4].map((count) => at('edge-few', `${count} fields beside the host`, get('/', many(count)))),
    ...[1, 3, 4].map((count) =>
      at(
        'edge-few',
        `${count} trailers`,
        `${request('POST', '/', [['transfer-encoding', 'chunked']])}0\r\n${many(count)
          .map(([name]) => `${name}: v\r\n`)
          .join('')}\r\n`,
      ),
    ),
    ...[900, 980, 1100].map((size) =>
      at('edge-short', `a field of ${size}`, get('/', [['x-a', 'v'.repeat(size)]])),
    ),
    ...[900, 1100].map((size) => at('edge-short', `a target of ${size}`, get(`/${'a'.repeat(size)}`))),
    ...hosts.map((host) => at('edge-plain', `host «${host.slice(0, 30)}»`, get('/', [['host', host]]))),
    ...targets.flatMap((target) =>
      ['edge-plain', 'edge-open'].map((listener) =>
        at(listener, `target «${target.slice(0, 30)}»`, get(target)),
      ),
    ),
    ...expects.flatMap(([name, headers]) =>
      ['edge-plain', 'edge-open'].map((listener) =>
        at(listener, `expect, ${name}`, request('POST', '/', [...headers, ['content-length', '2']], 'hi')),
      ),
    ),
    ...interim.flatMap(([name, text]) =>
      ['edge-plain', 'edge-open'].map((listener) =>
        at(listener, `interim answer, ${name}`, get('/'), { origin: [[{ send: `${text}${ok}` }]] }),
      ),
    ),
    ...answers.map(([name, text]) =>
      at('edge-plain', `answer with ${name}`, get('/'), { origin: [[{ send: text }, 'close']] }),
    ),
    ...upgrades.flatMap(([name, headers, text]) =>
      ['edge-plain', 'edge-open'].map(
        (listener): DifferentialCase => ({
          name: `edge: ${listener}, an upgrade ${name}`,
          listener,
          steps: [get('/', headers), isTunnel(listener, text) ? { text: 'hi' } : { responses: 1 }, 'reset'],
          probes: false,
          origin: [[{ send: text }]],
        }),
      ),
    ),
    ...[98, 99, 100, 101, 130].map((count) => at('edge-plain', `${count} fields`, get('/', many(count)))),
    ...[50_000, 61_000, 70_000].map((size) =>
      at('edge-plain', `a field of ${size}`, get('/', [['x-a', 'v'.repeat(size)]])),
    ),
  ],
};
