import { type DifferentialCase, reply } from '../differential-case.js';
import { block, data, frame, headers, resetFrame, uint32 } from '../http2-wire.js';
import { ask, broken, connectHead, head, hello, type Rest, talk, uncounted } from './http2-talk.js';

/** Requests that break rules of HTTP/2, and those that only some listeners take. */
export const http2Refusals: readonly DifferentialCase[] = [
  ...broken('an upper-case name', headers(1, head('GET', '/one', [['X-A', '1']]))),
  ...broken('connection: close', headers(1, head('GET', '/one', [['connection', 'close']]))),
  ...broken('transfer-encoding', headers(1, head('GET', '/one', [['transfer-encoding', 'chunked']]))),
  ...broken('upgrade', headers(1, head('GET', '/one', [['upgrade', 'h2c']]))),
  ...broken('no method', headers(1, head('GET', '/one').slice(1))),
  ...broken('no path', headers(1, head('GET', '/one').slice(0, 3))),
  ...broken(
    'no scheme',
    headers(1, [
      [':method', 'GET'],
      [':authority', 'a'],
      [':path', '/one'],
    ]),
  ),
  ...broken('two paths', headers(1, [...head('GET', '/one'), [':path', '/two']])),
  ...broken('an unknown pseudo header', headers(1, [...head('GET', '/one'), [':x', '1']])),
  ...broken('a status in a request', headers(1, [...head('GET', '/one'), [':status', '200']])),
  ...broken('a pseudo header behind a field', headers(1, [['x-a', '1'], ...head('GET', '/one')])),
  ...broken('an empty path', headers(1, head('GET', ''))),
  ...broken('a line feed in a value', headers(1, head('GET', '/one', [['x-a', 'b\nc']]))),
  ...broken('an empty name', headers(1, head('GET', '/one', [['', 'b']]))),
  ...broken('a length that is no number', headers(1, head('POST', '/one', [['content-length', 'x']]))),
  ...broken('extended CONNECT that is not allowed', headers(1, connectHead('websocket', '/one'), false)),
  talk(
    'a body longer than its length',
    headers(1, head('POST', '/one', [['content-length', '2']]), false) + data(1, 'abc'),
    uncounted,
  ),
  talk(
    'a body shorter than its length',
    headers(1, head('POST', '/one', [['content-length', '5']]), false) + data(1, 'abc'),
    uncounted,
  ),
  ask('neither authority nor host', '/one', [], {
    steps: [
      hello +
        headers(1, [
          [':method', 'GET'],
          [':scheme', 'http'],
          [':path', '/one'],
        ]),
      { responses: 1 },
    ],
  } as Rest),
  ...(
    [
      ['a frame larger than allowed', frame('data', 0, 1, 'x'.repeat(16_385))],
      ['data on an idle stream', data(1, 'x')],
      ['headers on an even stream', headers(2, head('GET', '/one'))],
      ['a broken header block', frame('headers', 5, 1, '\xff\xff\xff\xff\xff')],
      ['a reset of an idle stream', resetFrame(1, 8)],
      ['an empty increment', frame('window', 0, 0, uint32(0))],
      ['a continuation of nothing', frame('continuation', 4, 1, block(head('GET', '/one')))],
      ['a push promise', frame('push', 4, 1, uint32(2))],
    ] as const
  ).map(([name, frames]) => talk(name, frames, { probes: false }, ['closed'])),
  {
    name: 'HTTP/2: a bad preface where only HTTP/2 is spoken',
    listener: 'h2-only',
    probes: false,
    steps: ['GET / HTTP/1.1\r\nhost: a\r\n\r\n', 'closed'],
  },
];

export const http2Tunnels: readonly DifferentialCase[] = [
  talk(
    'a web socket to an HTTP/1 origin',
    headers(1, connectHead('websocket', '/one'), false),
    {
      listener: 'h2-connect',
      probes: false,
      origin: [
        [
          { send: 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n' },
          'echo',
        ],
      ],
    },
    [{ atOrigin: 1 }, data(1, 'hello', false), { text: 'hello' }, resetFrame(1, 8)],
  ),
  talk(
    'a web socket to an HTTP/2 origin',
    headers(1, connectHead('websocket', '/two'), false),
    {
      listener: 'h2-connect',
      probes: false,
      origin: [[{ send: headers(1, [[':status', '200']], false) + data(1, 'hello', false) }]],
    },
    [{ text: 'hello' }, resetFrame(1, 8)],
  ),
  talk('a web socket that is refused', headers(1, connectHead('websocket', '/one'), false), {
    listener: 'h2-connect',
    probes: false,
    origin: [[{ send: reply('403 Forbidden', [], 'no') }]],
  }),
  talk('an upgrade nobody knows', headers(1, connectHead('other', '/one'), false), {
    listener: 'h2-connect',
    probes: false,
  }),
];
