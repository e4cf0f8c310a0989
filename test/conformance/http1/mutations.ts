import type { WireCase } from './wire-case.js';

/** Draws from a seeded generator. */
export class Dice {
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  oneIn(odds: number): boolean {
    return this.below(odds) === 0;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

const methods = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'PATCH', 'DELETE'];
const oddMethods = ['CONNECT', 'PRI', 'get', 'M-SEARCH', 'G\x80T'];
const targets = ['/', '/a?b', '/%2f', '//x', 'http://a/b'];
const oddTargets = ['*', 'h:80', 'https://u@a:1/', '/\x80', '/a b', '?'];
const oddVersions = ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'http/1.1', 'HTTP/1.1 '];
const statuses = ['200 OK', '200', '304 Not', '103 Hints', '404 X'];
const oddStatuses = ['204 No', '100 Continue', '101 Switch', '099 X', '2000 X', '200  X', '600 X'];
const oddLineEnds = ['\n', '\r', '\r\r\n', '\r\n ', '\n\r\n'];
const fields = [
  'X: y',
  'x-y:z',
  'Accept: */*',
  'X: a\tb ',
  'X: \x80\xff',
  'TE: trailers',
  'Connection: keep-alive',
  'X:',
];
const framings = [
  { field: 'Content-Length: 5', body: 'hello' },
  { field: 'Content-Length: 0', body: '' },
  { field: 'Transfer-Encoding: chunked', body: '5\r\nhello\r\n0\r\n\r\n' },
  { field: 'transfer-encoding: Chunked', body: '5;a=b;c="d"\r\nhello\r\n0;e\r\nT: u\r\n\r\n' },
  { field: 'Transfer-Encoding:chunked', body: 'A\r\n0123456789\r\n001\r\nx\r\n00\r\n\r\n' },
  { field: 'Z: 1', body: '' },
];
const oddFields = [
  'Host: h',
  'Host: a',
  'Host:',
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: 05',
  'Content-Length: +5',
  'Content-Length: 5, 5',
  'Content-Length : 5',
  'content-length:5',
  'Content-Length: 18446744073709551621',
  'Content_Length: 5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: Chunked ',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: chun\rked',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding\x00: chunked',
  'Connection: close',
  'Connection: keep-alive',
  'Connection: upgrade',
  'Connection: Upgrade, HTTP2-Settings',
  'Connection: transfer-encoding, content-length',
  'Proxy-Connection: close',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'TE: trailers',
  'X: y',
  'X:',
  'X: a\tb ',
  'X: a\rb',
  'X: \x80\xff',
  'X: \x01',
  ': x',
  ' folded',
  '\tfolded',
  'no colon',
];
const oddBodies = [
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '5;a=b\r\nhello\r\n0\r\nT: u\r\n\r\n',
  '5;a="q\\"";c\r\nhello\r\n0;d\r\n\r\n',
  'A\r\n0123456789\r\n1\r\nx\r\n00\r\n\r\n',
  '5\r\nhello\r\n',
  '0\r\n\r\n',
  '0\r\nContent-Length: 5\r\n\r\n',
  '5 \r\nhello\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '0\r\nA: b\r\n c\r\n\r\n',
];
const inserts = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '\0',
  '\x7f',
  '\x80',
  '0',
  '5',
  'f',
  '"',
  '=',
  '-',
  '+',
  '_',
];

/** A conversation from the grammar above: well-formed, but for something odd here and there. */
export function compose(dice: Dice, isResponse: boolean): string {
  let wire = '';
  for (let messages = 1 + dice.below(3); messages > 0; messages--) wire += composeMessage(dice, isResponse);
  return wire;
}

function composeMessage(dice: Dice, isResponse: boolean): string {
  const framing = dice.pick(framings);
  const chosen = isResponse ? [] : ['Host: h'];
  for (let count = dice.below(4); count > 0; count--) chosen.push(odd(dice, 6, fields, oddFields));
  chosen.splice(dice.below(chosen.length + 1), 0, framing.field);
  const version = odd(dice, 15, ['HTTP/1.1'], oddVersions);
  const start = isResponse
    ? `${version} ${odd(dice, 5, statuses, oddStatuses)}`
    : `${odd(dice, 15, methods, oddMethods)} ${odd(dice, 12, targets, oddTargets)} ${version}`;
  const lines = [start, ...chosen].map((line) => line + odd(dice, 40, ['\r\n'], oddLineEnds));
  return `${lines.join('')}\r\n${odd(dice, 8, [framing.body], oddBodies)}`;
}

/** One of the usual, or once in `odds` one of the unusual. */
function odd<T>(dice: Dice, odds: number, usual: readonly T[], unusual: readonly T[]): T {
  return dice.pick(dice.oneIn(odds) ? unusual : usual);
}

/** Changes a wire at a few places: bytes put in, taken out, overwritten, repeated or moved. */
export function mutate(dice: Dice, wire: string, corpus: readonly WireCase[]): string {
  let text = wire;
  for (let times = dice.below(5) - 2; times > 0; times--) text = mutateOnce(dice, text, corpus);
  return text;
}

function mutateOnce(dice: Dice, text: string, corpus: readonly WireCase[]): string {
  const at = dice.below(text.length + 1);
  const length = dice.below(8);
  switch (dice.below(7)) {
    case 0:
      return text.slice(0, at) + dice.pick(inserts) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + String.fromCharCode(dice.below(256)) + text.slice(at + 1);
    case 3:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 4:
      return text.slice(0, at);
    case 5:
      return text.slice(0, at) + dice.pick(oddFields) + text.slice(at);
    default: {
      const other = dice.pick(corpus).wire;
      return text.slice(0, at) + other.slice(dice.below(other.length + 1), 400);
    }
  }
}
