import type { Plain } from '../../../../src/base/plain.js';
import { type ClientStep, type DifferentialCase, type HeaderList, reply } from '../differential-case.js';
import { block, data, frame, headers, resetFrame, uint32 } from '../http2-wire.js';
import type { Fields, FilterFamily, FilterListener } from './filter-family.js';
import { answer, ask, grpcCall, head, type Rest, talk, uncounted } from './http2-talk.js';
import { routeTo } from './shorthand.js';

const protocols = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

function overHttp2(options: Fields, more: Fields = {}): Fields {
  return {
    typed_extension_protocol_options: {
      [protocols]: {
        '@type': `type.googleapis.com/${protocols}`,
        explicit_http_config: { http2_protocol_options: options },
        ...more,
      },
    },
  };
}

/** Limits that one read of some frames is beyond. */
const small: Fields = {
  max_outbound_frames: 20,
  max_outbound_control_frames: 10,
  max_consecutive_inbound_frames_with_empty_payload: 3,
  max_inbound_priority_frames_per_stream: 2,
  max_inbound_window_update_frames_per_data_frame_sent: 1,
};

const routes: readonly Plain[] = [
  routeTo(
    '/direct',
    {},
    { route: undefined, direct_response: { status: 200, body: { inline_string: 'here' } } },
  ),
  routeTo('/two', {}, { route: { cluster: 'http2-floods' } }),
  routeTo('/few', {}, { route: { cluster: 'http2-few' } }),
];

function listener(http2: Fields, manager: Fields = {}): FilterListener {
  return { filters: [], routes, manager: { http2_protocol_options: http2, ...manager } };
}

const ping = frame('ping', 0, 0, 'x'.repeat(8));
const settings = frame('settings', 0, 0, '');
/** Type, flags and stream of a proxy's first frame: it may or may not say its settings to a client that is gone. */
const settingsHead = '\x04\0\0\0\0\0';
const priority = (stream: number): string => frame('priority', 0, stream, `${uint32(0)}x`);
const window = (stream: number): string => frame('window', 0, stream, uint32(1));
const emptyData = frame('data', 0, 1, '');
const post = (stream: number, path = '/one'): string => headers(stream, head('POST', path), false);
const get = (stream: number, path: string): string => headers(stream, head('GET', path));
/** A header block's beginning, to be continued. */
const opened = (fields: HeaderList): string => frame('headers', 1, 1, block(fields));
const continued = (payload: string, ends = false): string => frame('continuation', ends ? 4 : 0, 1, payload);

function times(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join('');
}

/** What floods, and that it ends the connection. */
function flood(
  name: string,
  frames: string,
  rest: Rest = {},
  before: readonly ClientStep[] = [],
): DifferentialCase {
  return talk(
    `flood: ${name}`,
    before.length > 0 ? '' : frames,
    { probes: false, listener: 'flood', ...rest },
    [...before, ...(before.length > 0 ? [frames] : []), 'closed'],
  );
}

/** The same within the limit. */
function calm(name: string, frames: string, rest: Rest = {}): DifferentialCase {
  return talk(`flood: ${name}`, frames + get(99, '/direct'), { listener: 'flood', ...rest });
}

const hanging = { origin: [['hang']] } as const;
const inFlight: readonly ClientStep[] = [post(1), { atOrigin: 1 }];

const fromClients: readonly DifferentialCase[] = [
  flood(
    'pings',
    times(40, () => ping),
  ),
  flood(
    'settings',
    times(40, () => settings),
  ),
  flood(
    'pings and settings behind a request',
    times(20, () => ping + settings),
    hanging,
    inFlight,
  ),
  flood(
    'empty frames of data',
    times(10, () => emptyData),
    hanging,
    inFlight,
  ),
  calm('as many empty frames of data as allowed', post(1, '/direct') + times(3, () => emptyData)),
  flood('empty continuations', opened(head('GET', '/one')) + times(10, () => continued('')), uncounted),
  flood(
    'priorities',
    times(20, () => priority(1)),
    hanging,
    inFlight,
  ),
  flood(
    'priorities of streams to come',
    times(20, (i) => priority(2 * i + 1)),
  ),
  flood(
    'window updates of the connection',
    times(40, () => window(0)),
  ),
  flood(
    'window updates of a stream',
    times(40, () => window(1)),
    hanging,
    inFlight,
  ),
  flood(
    'requests that are answered here',
    times(40, (i) => get(2 * i + 1, '/direct')),
  ),
  flood(
    'streams that are reset at once',
    times(60, (i) => post(2 * i + 1) + resetFrame(2 * i + 1, 8)),
  ),
  ...[20, 90, 400].map((count) =>
    talk(
      `flood: ${count} continuations`,
      opened(head('GET', '/one')) + times(count, (i) => continued(block([[`x-${i}`, 'y']]), i === count - 1)),
      { listener: 'flood', ...uncounted },
    ),
  ),
  flood(
    'a continuation that does not come',
    opened(head('GET', '/one')) + continued(block([['x-a', 'y']])) + ping,
    uncounted,
  ),
  talk(
    'flood: the client leaves within a head',
    opened(head('GET', '/one')),
    { probes: false, ...uncounted },
    [{ text: settingsHead }, 'end', 'closed'],
  ),
  talk(
    'flood: a long head in many continuations',
    opened(head('GET', '/one')) +
      times(100, (i) => continued(block([[`x-${i}`, 'y'.repeat(1000)]]), i === 99)),
    { listener: 'flood', ...uncounted },
  ),
  calm(
    'a few continuations',
    opened(head('GET', '/direct')) + times(5, (i) => continued(block([[`x-${i}`, 'y']]), i === 4)),
    uncounted,
  ),
  flood(
    'frames of unknown types',
    times(40, () => frame('data', 0, 0, '').replace('\0\0\0\0', '\0\0\0\x0f')),
  ),
  flood('a table that grows beyond what was said', frame('headers', 5, 1, '\x3f\xff\xff\x03')),
];

const bombs: readonly DifferentialCase[] = [
  ask('a header list too large', '/one', [['x-a', 'x'.repeat(4000)]], {
    listener: 'flood-heads',
    ...uncounted,
  }),
  talk(
    'a header list too large, packed',
    frame(
      'headers',
      5,
      1,
      // One field goes to the table, and is named a thousand times.
      `${block(head('GET', '/one'))}\x40\x01a\x7f\x01${'y'.repeat(128)}${'\xbe'.repeat(1000)}`,
    ),
    { listener: 'flood-heads', ...uncounted },
  ),
  talk(
    'too many fields, packed',
    frame('headers', 5, 1, `${block(head('GET', '/one'))}\x40\x01a\x01b${'\xbe'.repeat(200)}`),
    { listener: 'flood-heads', ...uncounted },
  ),
  talk(
    'trailers too large',
    post(1) + frame('headers', 5, 1, `\x40\x01a\x7f\x01${'y'.repeat(128)}${'\xbe'.repeat(1000)}`),
    { listener: 'flood-heads', ...uncounted, ...hanging },
  ),
];

const stalls: readonly DifferentialCase[] = [
  talk(
    'a window that never opens',
    frame('settings', 0, 0, '\0\x04\0\0\0\0') + get(1, '/one'),
    { listener: 'flood-idle', probes: false },
    [{ text: uint32(0).slice(3) }, { responses: 1 }],
  ),
  talk(
    'a window that never opens for an answer from here',
    frame('settings', 0, 0, '\0\x04\0\0\0\0') + get(1, '/direct'),
    { listener: 'flood-idle', probes: false },
    [{ responses: 1 }],
  ),
  talk('a body that does not come', post(1), { listener: 'flood-request', ...hanging }),
  talk('a body that stops', post(1) + data(1, 'abc', false), { listener: 'flood-request', ...hanging }),
  talk('a stream that lives too long', post(1), { listener: 'flood-duration', ...hanging }),
  talk('a gRPC stream that lives too long', grpcCall('/two'), {
    listener: 'flood-duration',
    origin: [['hang']],
  }),
  talk('pings that nobody answers', post(1), { listener: 'flood-pings', probes: false, ...hanging }, [
    'closed',
  ]),
];

/** An origin that sends `frames` when the request is there. */
function hostile(name: string, frames: string, path = '/two'): DifferentialCase {
  return ask(`an origin that floods: ${name}`, path, [], {
    origin: [['complete', { send: frames }, 'hang']],
    ...uncounted,
  });
}

const began = headers(1, [[':status', '200']], false);

const hint = (value: string): HeaderList => [
  [':status', '103'],
  ['link', value],
];
const informedTwice =
  headers(1, hint('</a>'), false) +
  headers(1, hint('</b>'), false) +
  headers(1, [[':status', '102']], false) +
  headers(1, [[':status', '200']]);
const informedTwiceByHttp1 = `${['a', 'b']
  .map((link) => `HTTP/1.1 103 Early Hints\r\nlink: ${link}\r\n\r\n`)
  .join('')}HTTP/1.1 102 Processing\r\n\r\n${reply('200 OK')}`;

const fromOrigins: readonly DifferentialCase[] = [
  hostile(
    'pings',
    times(40, () => ping),
  ),
  hostile(
    'settings',
    times(40, () => settings),
  ),
  hostile('empty frames of data', began + times(10, () => emptyData)),
  hostile('as many empty frames of data as allowed', began + times(3, () => emptyData) + data(1, 'x')),
  hostile(
    'priorities',
    times(20, () => priority(1)),
  ),
  hostile(
    'window updates of the connection',
    times(40, () => window(0)),
  ),
  hostile(
    'window updates of the stream',
    times(40, () => window(1)),
  ),
  hostile(
    'continuations without end',
    frame('headers', 1, 1, block([[':status', '200']])) +
      times(20, (i) => continued(block([[`x-${i}`, 'y']]))),
  ),
  hostile(
    'empty continuations',
    frame('headers', 1, 1, block([[':status', '200']])) + times(10, () => continued('')),
  ),
  hostile(
    'informational answers',
    times(40, () => headers(1, [[':status', '103']], false)) + headers(1, [[':status', '200']]),
  ),
  ...['/two', '/one'].map((path) =>
    ask(`informational answers are relayed to ${path}`, path, [], {
      listener: 'flood-inform',
      origin: [path === '/two' ? ['complete', { send: informedTwice }] : informedTwiceByHttp1],
    }),
  ),
  ask('an HTTP/1 origin that floods: informational answers', '/one', [], {
    origin: [`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(40)}${reply('200 OK')}`],
  }),
  hostile(
    'resets',
    times(10, () => resetFrame(1, 2)),
  ),
  hostile(
    'a head too large',
    headers(1, [
      [':status', '200'],
      ['x-a', 'x'.repeat(9000)],
    ]),
    '/few',
  ),
  hostile(
    'too many fields',
    headers(1, [[':status', '200'], ...Array.from({ length: 40 }, (_, i) => [`x-${i}`, 'y'] as const)]),
    '/few',
  ),
  hostile(
    'a head too large, packed',
    frame('headers', 5, 1, `\x88\x40\x01a\x7f\x01${'y'.repeat(128)}${'\xbe'.repeat(100)}`),
    '/few',
  ),
  ask('an origin that floods: an answer on a stream nobody opened', '/two', [], {
    origin: [answer([[':status', '200']], undefined, 3)],
    ...uncounted,
  }),
];

export const floodFamily: FilterFamily = {
  listeners: {
    h2: listener({}),
    flood: listener(small),
    'flood-heads': listener(
      {},
      { max_request_headers_kb: 2, common_http_protocol_options: { max_headers_count: 100 } },
    ),
    'flood-inform': listener({}, { proxy_100_continue: true }),
    'flood-idle': listener({}, { stream_idle_timeout: '0.5s' }),
    'flood-request': listener({}, { request_timeout: '0.5s' }),
    'flood-duration': listener({}, { common_http_protocol_options: { max_stream_duration: '0.5s' } }),
    'flood-pings': listener({
      connection_keepalive: { interval: '0.4s', timeout: '0.2s', interval_jitter: { value: 0 } },
    }),
  },
  runtime: { 'overload.premature_reset_total_stream_count': 20 },
  clusters: {
    'http2-floods': overHttp2(small),
    'http2-few': overHttp2(
      {},
      { common_http_protocol_options: { max_headers_count: 20, max_response_headers_kb: 8 } },
    ),
  },
  cases: [...fromClients, ...bombs, ...stalls, ...fromOrigins].map((it) => ({
    ...it,
    ignores: [/upstream_cx_tx_bytes_total/, ...(it.ignores ?? [])],
  })),
};
