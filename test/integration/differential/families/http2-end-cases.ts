import type { DifferentialCase } from '../differential-case.js';
import { data, frame, headers, resetFrame, uint32 } from '../http2-wire.js';
import { get, goaway, okay, on, post, retryConditions, to } from './http2-option-words.js';
import { ask, connectHead, head, talk } from './http2-talk.js';

/** How streams of HTTP/2 end: resets, GOAWAY, answers before their requests, tunnels. */

const codes = [0, 1, 2, 7, 8, 10, 11];

const resets: readonly DifferentialCase[] = [
  ...codes.map((code) => to('o', `reset with ${code}`, [['complete', { send: resetFrame(1, code) }]])),
  ...retryConditions.flatMap((condition) =>
    [1, 2, 7].map((code) =>
      ask(`options of a cluster: reset with ${code}, ${condition}`, `/${condition}/`, [], {
        ...on('plain'),
        origin: [['complete', { send: resetFrame(1, code) }]],
      }),
    ),
  ),
  ...codes.map((code) =>
    to('o', `reset with ${code} within the answer`, [
      [
        'complete',
        { send: headers(1, [[':status', '200']], false) + data(1, 'x', false) + resetFrame(1, code) },
      ],
    ]),
  ),
  ...codes.map((code) =>
    talk(`options of a cluster: reset with ${code} before the request is complete`, post(1, '/http2-o/'), {
      ...on('plain'),
      origin: [[{ send: resetFrame(1, code) }]],
    }),
  ),
  ...codes.map((code) =>
    talk(
      `options: reset with ${code} by the client`,
      post(1, '/http2-o/') + data(1, 'x', false),
      { ...on('plain'), origin: [[{ text: 'x' }, 'hang']] },
      [{ textAtOrigin: 'x' }, { atOrigin: 1 }, resetFrame(1, code)],
    ),
  ),
  ...[0, 2, 11].flatMap((code) => [
    to('o', `GOAWAY ${code} before an answer`, [['complete', { send: goaway(0, code) }]]),
    to('o', `GOAWAY ${code} that includes the request, and an end`, [
      ['complete', { send: goaway(1, code) }, 'close'],
    ]),
    ask(`options of a cluster: GOAWAY ${code} before an answer, tried again`, '/reset/', [], {
      ...on('plain'),
      origin: [['complete', { send: goaway(0, code) }]],
    }),
  ]),
  talk(
    'options of a cluster: GOAWAY that includes one of two',
    get(1, '/http2-o/a') + get(3, '/http2-o/b'),
    {
      ...on('plain'),
      origin: [[{ text: '/http2-o/b' }, { send: goaway(1, 0) }, { send: okay(1) }], ['hang']],
    },
    [{ responses: 2 }],
  ),
];

/** What the client sends on after an answer, and what the origin sends. */
const halves: readonly DifferentialCase[] = [
  talk(
    'half: an upload goes on behind the answer',
    post(1, '/http2-o/') + data(1, 'abc', false),
    { ...on('plain'), origin: [[{ text: 'abc' }, { send: okay(1) }]] },
    [{ responses: 1 }],
  ),
  talk(
    'half: an upload goes on behind an answer that was reset without error',
    post(1, '/http2-o/') + data(1, 'abc', false),
    {
      ...on('plain'),
      origin: [[{ text: 'abc' }, { send: okay(1) + resetFrame(1, 0) }]],
      ignores: [/rx_reset/],
    },
    [{ responses: 1 }],
  ),
  talk(
    'half: an upload to HTTP/1 goes on behind the answer',
    post(1, '/main') + data(1, 'abc', false),
    {
      ...on('plain'),
      origin: [[{ text: 'abc' }, { send: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok' }]],
    },
    [{ responses: 1 }],
  ),
  talk(
    'half: an answer begins, the upload goes on, then both end',
    post(1, '/http2-o/'),
    {
      ...on('plain'),
      origin: [[{ send: headers(1, [[':status', '200']], false) }, 'complete', { send: data(1, 'end') }]],
    },
    [{ text: '\x88' }, data(1, 'abc'), { responses: 1 }],
  ),
  talk(
    'half: a length that is too long, to HTTP/2',
    post(1, '/http2-o/', [['content-length', '2']]) + data(1, 'abc'),
    on('plain'),
  ),
  talk(
    'half: a length that is too short, to HTTP/2',
    post(1, '/http2-o/', [['content-length', '5']]) + data(1, 'abc'),
    on('plain'),
  ),
  talk(
    'half: a length and no body',
    headers(1, head('POST', '/http2-o/', [['content-length', '5']])),
    on('plain'),
  ),
  talk(
    'half: a length and trailers alone',
    post(1, '/http2-o/', [['content-length', '5']]) + headers(1, [['x-t', '1']]),
    on('plain'),
  ),
  talk(
    'half: trailers twice',
    post(1, '/http2-o/') + headers(1, [['x-t', '1']]) + headers(1, [['x-t', '2']]),
    { ...on('plain'), probes: false },
  ),
  talk('half: data behind the end', post(1, '/http2-o/') + data(1, 'a') + data(1, 'b'), {
    ...on('plain'),
    probes: false,
  }),
  talk(
    'half: a priority of a stream to come',
    frame('priority', 0, 5, `${uint32(1)}\x10`) + get(5, '/http2-o/'),
    on('plain'),
  ),
  talk(
    'half: a head with a priority',
    frame('headers', 0x25, 1, `${uint32(0)}\x10${get(1, '/http2-o/').slice(9)}`),
    on('plain'),
  ),
  ask(
    'half: a head of many fields of one name',
    '/http2-o/',
    Array.from({ length: 60 }, (_, i) => ['x-many', String(i)] as const),
    on('plain'),
  ),
  ask('half: a long head', '/http2-o/', [['x-long', 'y'.repeat(40_000).slice(0, 16_000)]], on('plain')),
  talk('half: trailers alone', get(1, '/http2-o/'), {
    ...on('plain'),
    origin: [
      [
        'complete',
        {
          send:
            headers(
              1,
              [
                [':status', '200'],
                ['x-a', '1'],
              ],
              false,
            ) + headers(1, [['x-t', '1']]),
        },
      ],
    ],
  }),
];

const tunnels: readonly DifferentialCase[] = [
  talk(
    'tunnel: CONNECT to HTTP/2',
    headers(
      1,
      [
        [':method', 'CONNECT'],
        [':authority', 'two:80'],
      ],
      false,
    ),
    {
      ...on('connect'),
      probes: false,
      origin: [[{ send: headers(1, [[':status', '200']], false) + data(1, 'hello', false) }]],
    },
    [{ text: 'hello' }, data(1, 'more', false), { textAtOrigin: 'more' }, resetFrame(1, 8)],
  ),
  talk(
    'tunnel: CONNECT to HTTP/1',
    headers(
      1,
      [
        [':method', 'CONNECT'],
        [':authority', 'one:80'],
      ],
      false,
    ),
    { ...on('connect'), probes: false, origin: [[{ send: 'HTTP/1.1 200 OK\r\n\r\nhello' }]] },
    [{ text: 'hello' }, data(1, 'more', false), { textAtOrigin: 'more' }, resetFrame(1, 8)],
  ),
  talk(
    'tunnel: CONNECT that is refused',
    headers(
      1,
      [
        [':method', 'CONNECT'],
        [':authority', 'two:80'],
      ],
      false,
    ),
    { ...on('connect'), origin: [[{ send: headers(1, [[':status', '403']]) }]] },
  ),
  talk(
    'tunnel: CONNECT with a path',
    headers(
      1,
      [
        [':method', 'CONNECT'],
        [':authority', 'two:80'],
        [':path', '/x'],
        [':scheme', 'http'],
      ],
      false,
    ),
    { ...on('connect'), probes: false },
  ),
  talk(
    'tunnel: CONNECT where it is not allowed',
    headers(
      1,
      [
        [':method', 'CONNECT'],
        [':authority', 'two:80'],
      ],
      false,
    ),
    { ...on('plain'), probes: false },
  ),
  talk(
    'tunnel: a web socket ends at the client',
    headers(1, connectHead('websocket', '/tunnel/'), false),
    {
      ...on('connect'),
      probes: false,
      origin: [
        [
          { send: headers(1, [[':status', '200']], false) + data(1, 'hello', false) },
          'complete',
          { send: data(1, 'bye') },
        ],
      ],
    },
    [{ text: 'hello' }, data(1, 'end'), { responses: 1 }],
  ),
  talk(
    'tunnel: a web socket ends at the origin',
    headers(1, connectHead('websocket', '/tunnel/'), false),
    { ...on('connect'), probes: false, origin: [[{ send: okay(1, 'hello') }]] },
    [{ responses: 1 }],
  ),
];

export const http2EndCases: readonly DifferentialCase[] = [...resets, ...halves, ...tunnels];
