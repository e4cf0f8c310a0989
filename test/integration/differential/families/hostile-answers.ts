import { type DifferentialCase, type OriginScript, reply } from '../differential-case.js';

/** What an origin says in ways that a client must not take for an answer. */
const answers: readonly (readonly [name: string, text: string, closes?: boolean])[] = [
  [
    'two lengths',
    reply(
      '200 OK',
      [
        ['content-length', '2'],
        ['content-length', '2'],
      ],
      'hi',
    ),
  ],
  [
    'two different lengths',
    reply(
      '200 OK',
      [
        ['content-length', '2'],
        ['content-length', '3'],
      ],
      'hi',
    ),
  ],
  [
    'both lengths',
    reply(
      '200 OK',
      [
        ['content-length', '2'],
        ['transfer-encoding', 'chunked'],
      ],
      '0\r\n\r\n',
    ),
  ],
  ['an unknown coding', reply('200 OK', [['transfer-encoding', 'gzip']], 'hi'), true],
  ['chunked twice', reply('200 OK', [['transfer-encoding', 'chunked, chunked']], '0\r\n\r\n')],
  ['a bad chunk', reply('200 OK', [['transfer-encoding', 'chunked']], 'zz\r\n')],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status of letters', 'HTTP/1.1 abc OK\r\ncontent-length: 0\r\n\r\n'],
  ['status 099', 'HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n'],
  ['status 600', 'HTTP/1.1 600 OK\r\ncontent-length: 0\r\n\r\n'],
  ['status 999', 'HTTP/1.1 999 OK\r\ncontent-length: 0\r\n\r\n'],
  ['no reason', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n'],
  ['a reason of spaces', 'HTTP/1.1 200    \r\ncontent-length: 0\r\n\r\n'],
  ['a reason beyond ASCII', 'HTTP/1.1 200 \xe9\r\ncontent-length: 0\r\n\r\n'],
  ['another protocol', 'ICY 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['version 2.0', 'HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['version 1.0 with keep-alive', 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n'],
  ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
  ['a folded field', reply('200 OK', [['x-a', 'a\r\n b']])],
  ['NUL in a value', reply('200 OK', [['x-a', 'a\0b']])],
  ['a carriage return in a value', reply('200 OK', [['x-a', 'a\rb']])],
  ['a space in a name', reply('200 OK', [['x a', '1']])],
  ['no colon', 'HTTP/1.1 200 OK\r\nx-a\r\ncontent-length: 0\r\n\r\n'],
  ['204 with a length', reply('204 No Content', [['content-length', '2']], '')],
  ['204 with chunks', reply('204 No Content', [['transfer-encoding', 'chunked']], '')],
  ['304 with a length', reply('304 Not Modified', [['content-length', '2']], '')],
  ['205 with a body', reply('205 Reset Content', [['content-length', '2']], 'hi')],
  ['100 and an answer', `HTTP/1.1 100 Continue\r\n\r\n${reply('200 OK', [], 'hi')}`],
  ['102 and an answer', `HTTP/1.1 102 Processing\r\n\r\n${reply('200 OK', [], 'hi')}`],
  ['103 and an answer', `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${reply('200 OK', [], 'hi')}`],
  [
    'hop-by-hop fields',
    reply(
      '200 OK',
      [
        ['connection', 'x-a'],
        ['x-a', '1'],
        ['keep-alive', '5'],
        ['upgrade', 'x'],
        ['proxy-connection', 'close'],
        ['te', 'x'],
        ['trailer', 'x'],
      ],
      'hi',
    ),
  ],
  [
    'proxy fields',
    reply(
      '200 OK',
      [
        ['x-envoy-upstream-service-time', '99'],
        ['server', 'origin'],
        ['date', 'now'],
        ['x-envoy-overloaded', 'true'],
      ],
      'hi',
    ),
  ],
  ['empty names', reply('200 OK', [['', '1']])],
  ['a length with a sign', reply('200 OK', [['content-length', '+2']], 'hi')],
  ['more than its length', reply('200 OK', [['content-length', '2']], 'hihi')],
  ['less than its length', reply('200 OK', [['content-length', '4']], 'hi'), true],
  [
    '101 headers',
    reply(
      '200 OK',
      Array.from({ length: 101 }, (_, i) => [`x-${i}`, '1'] as const),
    ),
  ],
  ['a head of 90 KB', reply('200 OK', [['x-a', 'a'.repeat(90_000)]])],
];

/** A conversation for each of them. */
export function hostileAnswers(listener: string): DifferentialCase[] {
  return answers.map(([name, send, closes]) => {
    const script: OriginScript = closes === true ? ['complete', { send }, 'close'] : ['complete', { send }];
    return {
      name: `an answer (${listener}): ${name}`,
      listener,
      steps: ['GET /answered HTTP/1.1\r\nHost: test.local\r\n\r\n', { responses: 1 }],
      origin: [script],
      probes: false,
    };
  });
}
