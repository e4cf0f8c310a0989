import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, type OriginScript } from '../differential-case.js';
import { data, frame, headers, resetFrame, uint32 } from '../http2-wire.js';
import type { Fields, FilterFamily, FilterListener } from './filter-family.js';
import {
  answer,
  ask,
  grpc,
  grpcCall,
  head,
  message,
  type Rest,
  talk,
  trailing,
  uncounted,
} from './http2-talk.js';
import { filter, routeTo } from './shorthand.js';

/** What HTTP/2 origins may do and may not, and gRPC's filters where both sides speak HTTP/2. */

const protocols = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

function overHttp2(options: Fields = {}): Fields {
  return {
    typed_extension_protocol_options: {
      [protocols]: {
        '@type': `type.googleapis.com/${protocols}`,
        explicit_http_config: { http2_protocol_options: options },
      },
    },
  };
}

const to = (cluster: string, more: Fields = {}): Fields => ({ route: { cluster, ...more } });
const routes: readonly Plain[] = [
  routeTo(
    '/retry',
    {},
    to('http2-plain', {
      retry_policy: {
        retry_on: 'refused-stream,reset',
        num_retries: 2,
        retry_back_off: { base_interval: '0.001s' },
      },
    }),
  ),
  routeTo('/one-stream', {}, to('http2-single')),
  routeTo('/lenient', {}, to('http2-lenient')),
  routeTo('/', {}, to('http2-plain')),
];

function listener(filters: readonly Fields[] = []): FilterListener {
  return { filters, routes };
}

const status200 = headers(1, [[':status', '200']], false);

function origin(name: string, sent: string, rest: Rest = {}): DifferentialCase[] {
  const script: OriginScript = ['complete', { send: sent }, 'hang'];
  return ['/plain', '/lenient'].map((path) =>
    ask(`origin: ${name} (${path.slice(1)})`, path, [], {
      listener: 'u2',
      origin: [script],
      ...uncounted,
      ...rest,
    }),
  );
}

const padded = frame('headers', 4 | 8, 1, `\x02\x88\0\0`);
const prioritized = frame('headers', 4 | 0x20, 1, `${uint32(0)}\x10\x88`);

const ends: readonly DifferentialCase[] = [
  ...origin('data before the head', data(1, 'x')),
  ...origin('two heads', status200 + status200),
  ...origin('trailers that do not end the stream', status200 + headers(1, [['x-t', '1']], false)),
  ...origin('trailers with a pseudo header', status200 + headers(1, [[':status', '200']])),
  ...origin('an informational head that ends', headers(1, [[':status', '103']])),
  ...origin('101', headers(1, [[':status', '101']])),
  ...origin('204 with a body', headers(1, [[':status', '204']], false) + data(1, 'x')),
  ...origin(
    'a length and no body',
    headers(1, [
      [':status', '200'],
      ['content-length', '3'],
    ]),
  ),
  ...origin(
    'a length of nothing',
    headers(1, [
      [':status', '200'],
      ['content-length', '0'],
    ]),
  ),
  ...origin(
    'two lengths',
    headers(
      1,
      [
        [':status', '200'],
        ['content-length', '1'],
        ['content-length', '1'],
      ],
      false,
    ) + data(1, 'x'),
  ),
  ...origin('padding and a priority in the head', padded + data(1, 'x')),
  ...origin('a priority in the head', prioritized + data(1, 'x')),
  ...origin('padded data', status200 + frame('data', 9, 1, '\x02abc\0\0')),
  ...origin('padding longer than its frame', status200 + frame('data', 9, 1, '\x09abc')),
  ...origin('data behind the end', headers(1, [[':status', '200']]) + data(1, 'x')),
  ...origin('a reset behind the end', headers(1, [[':status', '200']]) + resetFrame(1, 0)),
  ...origin('a reset without error instead of an answer', resetFrame(1, 0)),
  ...origin('a cancelled stream', resetFrame(1, 8)),
  ...origin('a stream error after data', status200 + data(1, 'x', false) + resetFrame(1, 1)),
  ...origin('an empty increment of the stream', status200 + frame('window', 0, 1, uint32(0)) + data(1, 'x')),
  ...origin(
    'an increment too large for the connection',
    frame('window', 0, 0, uint32(0x7fffffff)) + status200 + data(1, 'x'),
  ),
  ...origin(
    'a frame of an unknown type',
    frame('data', 0, 1, 'abc').replace('\0\0\x03\0', '\0\0\x03\xfa') + status200 + data(1, 'x'),
  ),
  ...origin('an unexpected continuation', frame('continuation', 4, 1, '\x88')),
  ...origin('a ping on a stream', frame('ping', 0, 1, 'x'.repeat(8))),
  ...origin('a short ping', frame('ping', 0, 0, 'xx')),
  ...origin('a frame too large', status200 + frame('data', 1, 1, 'x'.repeat(20_000))),
  ...origin('a frame size that is not allowed', frame('settings', 0, 0, `\0\x05${uint32(100)}`)),
  ...origin('a window that is not allowed', frame('settings', 0, 0, `\0\x04${uint32(0x80000000)}`)),
  ...origin('push switched on', frame('settings', 0, 0, `\0\x02${uint32(1)}`) + status200 + data(1, 'x')),
  ...origin('settings cut short', frame('settings', 0, 0, '\0\x04')),
  ...origin('a broken head', frame('headers', 5, 1, '\xff\xff\xff\xff\xff')),
  ...origin(
    'many headers of one name',
    headers(1, [
      [':status', '200'],
      ['x-a', '1'],
      ['x-a', '2'],
      ['x-a', ''],
    ]),
  ),
  ...origin('status 600', headers(1, [[':status', '600']])),
  ...origin('status 99', headers(1, [[':status', '99']])),
];

const goaway = (last: number, code: number): string => frame('goaway', 0, 0, uint32(last) + uint32(code));
const okay = (stream: number): string => headers(stream, [[':status', '200']], false) + data(stream, 'ok');

const leaving: readonly DifferentialCase[] = [
  ask('origin: GOAWAY for what it did not look at, tried again', '/retry', [], {
    listener: 'u2',
    origin: [['complete', { send: goaway(0, 0) }]],
  }),
  ask('origin: GOAWAY with an error', '/plain', [], {
    listener: 'u2',
    origin: [['complete', { send: goaway(1, 11) }, 'close']],
  }),
  ask('origin: refused twice', '/retry', [], {
    listener: 'u2',
    origin: [
      ['complete', { send: resetFrame(1, 7) }],
      ['complete', { send: resetFrame(3, 7) }],
    ],
  }),
  talk(
    'origin: two streams where one is allowed',
    headers(1, head('GET', '/one-stream/a')) + headers(3, head('GET', '/one-stream/b')),
    {
      listener: 'u2',
      origin: [
        [{ text: '/one-stream/a' }, { send: okay(1) }],
        [{ text: '/one-stream/b' }, { send: okay(1) }],
      ],
    },
    [{ responses: 2 }],
  ),
  talk('origin: an answer while the request goes on', headers(1, head('POST', '/plain'), false), {
    listener: 'u2',
    origin: [[{ send: status200 + data(1, 'early') }]],
    ignores: [/rx_reset|tx_reset/],
  }),
];

const web: HeaderList = [
  ['content-type', 'application/grpc-web+proto'],
  ['accept', 'application/grpc-web+proto'],
];
const call = (fields: HeaderList): string =>
  headers(1, head('POST', '/pkg.S/M', fields), false) + data(1, message);

function filtered(name: string, request: string): DifferentialCase[] {
  const on = { listener: name, ...uncounted };
  const answers: { readonly [name: string]: OriginScript } = {
    'a call': trailing([['grpc-status', '0']]),
    'a failure in trailers': trailing([
      ['grpc-status', '5'],
      ['grpc-message', 'not%20there'],
    ]),
    'trailers alone': answer([
      [':status', '200'],
      ['content-type', 'application/grpc'],
      ['grpc-status', '7'],
      ['grpc-message', 'no'],
    ]),
    'no status': answer(
      [
        [':status', '200'],
        ['content-type', 'application/grpc'],
      ],
      message,
    ),
    'an answer that is no gRPC': answer([[':status', '503']], 'gone'),
    'a reset': ['complete', { send: resetFrame(1, 2) }],
  };
  return Object.entries(answers).map(([what, script]) =>
    talk(`gRPC filters: ${name}: ${what}`, request, { ...on, origin: [script] }),
  );
}

const filters: readonly DifferentialCase[] = [
  ...filtered('g2-stats', grpcCall('/pkg.S/M')),
  ...filtered('g2-web', call(web)),
  ...filtered('g2-web-plain', grpcCall('/pkg.S/M')),
  ...filtered('g2-bridge', call([['content-type', 'application/grpc']])),
  ...filtered('g2-reverse', call(grpc)),
];

const threeBytes = headers(
  1,
  [
    [':status', '200'],
    ['content-length', '3'],
  ],
  false,
);

/** An HTTP/1 client knows its answer by the length; the origin has one more thing to say, and does not. */
const unended: readonly DifferentialCase[] = (['close', 'reset'] as const).flatMap((end) =>
  ['/plain', '/retry'].map((path) => ({
    name: `HTTP/2: origin: the last byte, then a ${end} instead of the end of the stream (${path.slice(1)})`,
    listener: 'u1',
    steps: [get(path), { responses: 1 }, { text: 'abc' }, 'closed'],
    origin: [['complete', { send: threeBytes + data(1, 'abc', false) }, end]],
    probes: false,
    ...uncounted,
  })),
);

export const http2OriginFamily: FilterFamily = {
  listeners: {
    u2: listener(),
    u1: listener(),
    'g2-stats': listener([
      filter('grpc_stats', 'grpc_stats.v3.FilterConfig', {
        emit_filter_state: true,
        stats_for_all_methods: true,
        enable_upstream_stats: true,
      }),
    ]),
    'g2-web': listener([filter('grpc_web', 'grpc_web.v3.GrpcWeb')]),
    'g2-web-plain': listener([filter('grpc_web', 'grpc_web.v3.GrpcWeb')]),
    'g2-bridge': listener([filter('grpc_http1_bridge', 'grpc_http1_bridge.v3.Config')]),
    'g2-reverse': listener([
      filter('grpc_http1_reverse_bridge', 'grpc_http1_reverse_bridge.v3.FilterConfig', {
        content_type: 'application/x-protobuf',
        withhold_grpc_frames: true,
      }),
    ]),
  },
  clusters: {
    'http2-plain': overHttp2(),
    'http2-single': overHttp2({ max_concurrent_streams: 1 }),
    'http2-lenient': overHttp2({ override_stream_error_on_invalid_http_message: true }),
  },
  cases: [...ends, ...leaving, ...unended, ...filters].map((it) => ({
    ...it,
    ignores: [/upstream_cx_tx_bytes_total/, ...(it.ignores ?? [])],
  })),
};
