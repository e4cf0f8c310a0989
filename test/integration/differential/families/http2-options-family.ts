import type { Plain } from '../../../../src/base/plain.js';
import type { DifferentialCase } from '../differential-case.js';
import { data, frame, headers, resetFrame, uint32 } from '../http2-wire.js';
import type { Fields, FilterFamily, FilterListener } from './filter-family.js';
import { http2EndCases } from './http2-end-cases.js';
import {
  frames,
  get,
  hanging,
  okay,
  on,
  ping,
  post,
  retryConditions,
  to,
  window,
} from './http2-option-words.js';
import { ask, hello, type Rest, talk } from './http2-talk.js';
import { routeTo } from './shorthand.js';

/** Every field of `Http2ProtocolOptions` and `HttpProtocolOptions` where HTTP/2 is spoken, on both sides. */

const protocols = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

function cluster(http2: Fields, common: Fields = {}): Fields {
  return {
    typed_extension_protocol_options: {
      [protocols]: {
        '@type': `type.googleapis.com/${protocols}`,
        ...(Object.keys(common).length === 0 ? {} : { common_http_protocol_options: common }),
        explicit_http_config: { http2_protocol_options: http2 },
      },
    },
  };
}

const clusters: { readonly [name: string]: Fields } = {
  'http2-o': cluster({}),
  'http2-table': cluster({ hpack_table_size: 0 }),
  'http2-large-table': cluster({ hpack_table_size: 8192 }),
  'http2-windows': cluster({ initial_stream_window_size: 65_535, initial_connection_window_size: 65_535 }),
  'http2-push': cluster({ custom_settings_parameters: [{ identifier: 1000, value: 7 }] }),
  'http2-connect': cluster({ allow_connect: true }),
  'http2-pings': cluster({
    connection_keepalive: { interval: '0.1s', timeout: '0.1s', interval_jitter: { value: 0 } },
  }),
  'http2-idle-pings': cluster({
    connection_keepalive: { timeout: '0.1s', connection_idle_interval: '0.05s' },
  }),
  'http2-idle': cluster({}, { idle_timeout: '0.1s' }),
  'http2-old': cluster({}, { max_connection_duration: '0.1s' }),
  'http2-once': cluster({}, { max_requests_per_connection: 1 }),
  'http2-few-headers': cluster({}, { max_headers_count: 5, max_response_headers_kb: 1 }),
  'http2-short': cluster({}, { max_stream_duration: '0.1s' }),
  'http2-underscores': cluster({}, { headers_with_underscores_action: 'REJECT_REQUEST' }),
};

const retried = (on: string, more: Fields = {}): Fields => ({
  retry_policy: { retry_on: on, num_retries: 1, retry_back_off: { base_interval: '0.001s' }, ...more },
});

const routes: readonly Plain[] = [
  ...retryConditions.map((on) => routeTo(`/${on}/`, {}, { route: { cluster: 'http2-o', ...retried(on) } })),
  ...Object.keys(clusters).map((name) => routeTo(`/${name}/`, {}, { route: { cluster: name } })),
  routeTo(
    '/tunnel/',
    {},
    { route: { cluster: 'http2-connect', upgrade_configs: [{ upgrade_type: 'websocket' }] } },
  ),
  {
    match: { connect_matcher: {}, headers: [{ name: ':authority', string_match: { prefix: 'one' } }] },
    route: { cluster: 'main', upgrade_configs: [{ upgrade_type: 'CONNECT' }] },
  },
  {
    match: { connect_matcher: {} },
    route: { cluster: 'http2-o', upgrade_configs: [{ upgrade_type: 'CONNECT' }] },
  },
];

function listener(http2: Fields, common: Fields = {}, manager: Fields = {}): FilterListener {
  return {
    filters: [],
    routes,
    manager: {
      http2_protocol_options: http2,
      ...(Object.keys(common).length === 0 ? {} : { common_http_protocol_options: common }),
      ...manager,
    },
  };
}

/** A literal that goes into the dynamic table, and a head that refers to it. */
const indexed = (stream: number, path: string, extra: string): string => {
  const plainHead = get(stream, path);
  const length = plainHead.charCodeAt(0) * 65_536 + plainHead.charCodeAt(1) * 256 + plainHead.charCodeAt(2);
  const payload = plainHead.slice(9, 9 + length) + extra;
  return frame('headers', 5, stream, payload);
};
const added = '\x40\x03x-i\x01v';
const referred = '\xbe';

const downstream: readonly DifferentialCase[] = [
  talk(
    'options: an entry of a table of none',
    indexed(1, '/a', added) + indexed(3, '/a', referred),
    {
      ...on('table'),
      probes: false,
    },
    ['closed'],
  ),
  talk(
    'options: an entry of the default table',
    indexed(1, '/a', added) + indexed(3, '/a', referred),
    on('plain'),
    [{ responses: 2 }],
  ),
  talk('options: a larger table', get(1, '/a'), on('large-table')),
  talk('options: a stream beyond its window', post(1, '/a') + frames(70_000, 1), {
    ...on('windows'),
    origin: [['hang']],
    ignores: [/flow_control/],
    probes: false,
  }),
  talk(
    'options: a connection beyond its window',
    post(1, '/a') + frames(70_000, 1),
    {
      ...on('small-connection'),
      origin: [['hang']],
      probes: false,
    },
    ['closed'],
  ),
  talk(
    'options: a body within small windows',
    post(1, '/a') + frames(60_000, 1) + data(1, ''),
    on('windows'),
  ),
  talk('options: settings of its own', get(1, '/a'), on('custom')),
  talk('options: metadata', `${get(1, '/a')}\0\0\x07\x4d\x04\0\0\0\x01\0\x02ab\x02cd`, on('plain')),
  talk('options: settings with extended CONNECT', get(1, '/a'), on('connect')),
  talk('options: pings nobody answers', get(1, '/a'), { ...on('pings'), probes: false }, [
    { responses: 1 },
    { text: ping },
    'closed',
  ]),
  talk(
    'options: pings nobody answers, within a request',
    post(1, '/a'),
    { ...on('pings'), origin: [['hang']], probes: false },
    ['closed'],
  ),
  talk('options: an idle connection', get(1, '/a'), { ...on('idle'), probes: false }, ['closed']),
  talk('options: an idle connection without a request', '', { ...on('idle'), probes: false }, ['closed']),
  talk('options: an old connection', get(1, '/a'), { ...on('old'), probes: false }, ['closed']),
  talk(
    'options: an old connection within a request',
    post(1, '/a'),
    {
      ...on('old'),
      probes: false,
      origin: [['complete', { send: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok' }]],
    },
    [{ text: '\0\0\x08\x07' }, data(1, ''), 'closed'],
  ),
  talk('options: one request a connection', get(1, '/a'), { ...on('once'), probes: false }, ['closed']),
  talk(
    'options: more requests than a connection takes',
    get(1, '/a') + get(3, '/b') + get(5, '/c'),
    { ...on('once'), probes: false },
    ['closed'],
  ),
  ask(
    'options: an underscore that is dropped',
    '/a',
    [
      ['x_a', '1'],
      ['x-b', '2'],
    ],
    on('drop'),
  ),
  talk(
    'options: a trailer with an underscore that is dropped',
    post(1, '/a') + data(1, 'x', false) + headers(1, [['x_t', '1']]),
    on('drop'),
  ),
  talk('options: a stream that lasts too long', post(1, '/a'), { ...on('short'), origin: [['hang']] }),
  talk('options: an answer that lasts too long', get(1, '/http2-o/'), {
    ...on('short'),
    origin: [['complete', { send: headers(1, [[':status', '200']], false) }, 'hang']],
  }),
  ask('options: obs-text', '/a', [['x-a', 'caf\xe9']], on('plain')),
  ask('options: obs-text that is not allowed', '/a', [['x-a', 'caf\xe9']], { ...on('ascii'), probes: false }),
  talk(
    'options: trailers that are too many',
    post(1, '/a') +
      data(1, 'x', false) +
      headers(1, [
        ['a', '1'],
        ['b', '1'],
        ['c', '1'],
        ['d', '1'],
        ['e', '1'],
        ['f', '1'],
      ]),
    on('few-headers'),
  ),
  talk('options: informational answers', get(1, '/http2-o/'), {
    ...on('informed'),
    origin: [
      [
        'complete',
        {
          send:
            headers(1, [[':status', '100']], false) +
            headers(
              1,
              [
                [':status', '103'],
                ['link', '</a>'],
              ],
              false,
            ) +
            headers(
              1,
              [
                [':status', '103'],
                ['link', '</b>'],
              ],
              false,
            ) +
            okay(1),
        },
      ],
    ],
  }),
  talk(
    'options: an expectation',
    post(1, '/http2-o/', [['expect', '100-continue']]),
    {
      ...on('informed'),
      origin: [[{ send: headers(1, [[':status', '100']], false) }, 'complete', { send: okay(1) }]],
    },
    [{ atOrigin: 1 }, data(1, 'x'), { responses: 1 }],
  ),
  talk(
    'options: an expectation that is answered here',
    post(1, '/http2-o/', [['expect', '100-continue']]),
    on('plain'),
    [{ text: '\0\0' }, { atOrigin: 1 }, data(1, 'x'), { responses: 1 }],
  ),
];

const upstream: readonly DifferentialCase[] = [
  talk('options of a cluster: a table of none', get(1, '/http2-table/'), on('plain'), [
    { textAtOrigin: '\0\x01\0\0\0\0' },
    { responses: 1 },
  ]),
  talk('options of a cluster: a larger table', get(1, '/http2-large-table/'), on('plain'), [
    { textAtOrigin: '\0\x01\0\0\x20\0' },
    { responses: 1 },
  ]),
  talk('options of a cluster: windows', get(1, '/http2-windows/'), on('plain'), [
    { textAtOrigin: '\0\x04\0\0\xff\xff' },
    { responses: 1 },
  ]),
  talk('options of a cluster: settings of its own', get(1, '/http2-push/'), on('plain'), [
    { textAtOrigin: `\x03\xe8${uint32(7)}` },
    { responses: 1 },
  ]),
  talk('options of a cluster: CONNECT allowed', get(1, '/http2-connect/'), on('plain')),
  to(
    'windows',
    'a stream beyond its window',
    [['complete', { send: headers(1, [[':status', '200']], false) + frames(70_000, 1) + data(1, '') }]],
    {
      steps: [
        hello + frame('settings', 0, 0, '\0\x04\0\0\0\0') + get(1, '/http2-windows/'),
        { text: '\x88' },
        window(1, 100_000),
        window(0, 100_000),
        { responses: 1 },
      ],
    } as Rest,
  ),
  to('pings', 'pings nobody answers', [hanging]),
  to('idle', 'an idle connection', [], {
    steps: [hello + get(1, '/http2-idle/'), { responses: 1 }, 'origin-idle'],
  } as Rest),
  to('old', 'an old connection', [], {
    steps: [hello + get(1, '/http2-old/'), { responses: 1 }, 'origin-idle'],
  } as Rest),
  to('old', 'an old connection within a request', [['complete', 'hang']], {
    steps: [hello + post(1, '/http2-old/'), { atOrigin: 1 }, resetFrame(1, 8), 'origin-idle'],
  } as Rest),
  to('once', 'one request a connection', [], {
    steps: [hello + get(1, '/http2-once/') + get(3, '/http2-once/'), { responses: 2 }, 'origin-idle'],
  } as Rest),
  to('few-headers', 'too many fields of an answer', [
    [
      'complete',
      {
        send: headers(1, [
          [':status', '200'],
          ['a', '1'],
          ['b', '1'],
          ['c', '1'],
          ['d', '1'],
          ['e', '1'],
          ['f', '1'],
        ]),
      },
    ],
  ]),
  to('few-headers', 'too large an answer', [
    [
      'complete',
      {
        send: headers(1, [
          [':status', '200'],
          ['a', 'x'.repeat(2000)],
        ]),
      },
    ],
  ]),
  to('few-headers', 'too many trailers of an answer', [
    [
      'complete',
      {
        send:
          headers(1, [[':status', '200']], false) +
          data(1, 'x', false) +
          headers(1, [
            ['a', '1'],
            ['b', '1'],
            ['c', '1'],
            ['d', '1'],
            ['e', '1'],
            ['f', '1'],
            ['g', '1'],
          ]),
      },
    ],
  ]),
  to('short', 'a stream that lasts too long', [hanging]),
  to('short', 'an answer that lasts too long', [
    ['complete', { send: headers(1, [[':status', '200']], false) + data(1, 'x', false) }, 'hang'],
  ]),
  to('underscores', 'an underscore in an answer', [
    [
      'complete',
      {
        send: headers(1, [
          [':status', '200'],
          ['x_a', '1'],
        ]),
      },
    ],
  ]),
];

export const http2OptionsFamily: FilterFamily = {
  listeners: {
    'o-plain': listener({}),
    'o-table': listener({ hpack_table_size: 0 }),
    'o-large-table': listener({ hpack_table_size: 8192 }),
    'o-windows': listener({ initial_stream_window_size: 65_535 }),
    'o-small-connection': listener({ initial_connection_window_size: 65_535 }),
    'o-custom': listener({
      custom_settings_parameters: [
        { identifier: 1000, value: 7 },
        { identifier: 6, value: 9999 },
      ],
    }),
    'o-connect': listener(
      { allow_connect: true },
      {},
      { upgrade_configs: [{ upgrade_type: 'websocket' }, { upgrade_type: 'CONNECT' }] },
    ),
    'o-pings': listener({
      connection_keepalive: { interval: '0.1s', timeout: '0.1s', interval_jitter: { value: 0 } },
    }),
    'o-idle': listener({}, { idle_timeout: '0.1s' }, { drain_timeout: '0.05s' }),
    'o-old': listener({}, { max_connection_duration: '0.1s' }, { drain_timeout: '0.05s' }),
    'o-once': listener({}, { max_requests_per_connection: 1 }, { drain_timeout: '0.05s' }),
    'o-drop': listener({}, { headers_with_underscores_action: 'DROP_HEADER' }),
    'o-short': listener({}, { max_stream_duration: '0.1s' }),
    'o-ascii': listener({ disallow_obs_text: true }),
    'o-few-headers': listener({}, { max_headers_count: 5 }),
    'o-informed': listener({}, {}, { proxy_100_continue: true }),
  },
  clusters,
  cases: [...downstream, ...upstream, ...http2EndCases].map((it) => ({
    ...it,
    ignores: [/upstream_cx_tx_bytes_total/, / wire=/, ...(it.ignores ?? [])],
  })),
};
