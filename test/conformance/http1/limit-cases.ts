import { accepted, get, refused, type WireCase } from './wire-case.js';

const small = { maxHeadBytes: 200, maxHeaders: 5 };
const tooLarge = '431 http1.headers_too_large';
const tooMany = '431 http1.too_many_headers';
const head = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';
const open = ['POST / host=h', '  transfer-encoding: chunked'];
const bigValue = 'a'.repeat(61_300);
const exact = `GET / HTTP/1.1\r\nHost: h\r\nA: ${'a'.repeat(200 - 32)}\r\n\r\n`;

export const limitCases: readonly WireCase[] = [
  accepted('a value of 61,300 bytes', get(`X: ${bigValue}`), ['GET / host=h', `  x: ${bigValue}`, 'end']),
  refused('a value of 61,440 bytes', get(`X: ${'a'.repeat(61_440)}`), tooLarge),
  refused('a path of 61,500 bytes', `GET /${'a'.repeat(61_500)} HTTP/1.1\r\nHost: h\r\n\r\n`, tooLarge),
  refused('a value that never ends', `GET / HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(61_440)}`, tooLarge),
  refused('a name that never ends', `GET / HTTP/1.1\r\nHost: h\r\n${'a'.repeat(61_440)}`, tooLarge),
  accepted('a head of exactly the limit', exact, ['GET / host=h', `  a: ${'a'.repeat(168)}`, 'end'], {
    options: small,
  }),
  refused('a head of one byte more', exact.replace('A: ', 'A: a'), tooLarge, {
    options: small,
    stricter: 'Envoy counts names and values',
  }),
  refused(
    'a bad byte within the limit is told first',
    `GET / HTTP/1.1\r\nHost: h\r\nX: \x01${'a'.repeat(300)}\r\n\r\n`,
    '400 http1.invalid_characters',
    { options: small },
  ),
  accepted(
    'as many fields as allowed',
    get('A: 1', 'B: 2', 'C: 3', 'D: 4'),
    ['GET / host=h', '  a: 1', '  b: 2', '  c: 3', '  d: 4', 'end'],
    { options: small },
  ),
  refused('one field more', get('A: 1', 'B: 2', 'C: 3', 'D: 4', 'E: 5'), tooMany, { options: small }),
  refused('101 fields', get(...Array.from({ length: 100 }, () => 'X: 1')), tooMany),
  accepted('100 fields', get(...Array.from({ length: 99 }, () => 'X: 1')), [
    'GET / host=h',
    ...Array.from({ length: 99 }, () => '  x: 1'),
    'end',
  ]),
  accepted(
    'trailers that fill the limit of fields',
    `${head}0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n`,
    [...open, 'end'],
    { options: small },
  ),
  accepted(
    'trailers over the limit of fields',
    `${head}0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\n\r\n`,
    [...open, `! ${tooMany}`],
    { options: small },
  ),
  accepted(
    'trailers over the limit of bytes',
    `${head}0\r\nA: ${'a'.repeat(200)}\r\n\r\n`,
    [...open, '! 431 http1.headers_too_large'],
    { options: small },
  ),
  accepted(
    'no trailers behind a head of exactly the limit',
    `${head.replace('h\r\n', `${'h'.repeat(200 - head.length + 1)}\r\n`)}0\r\n\r\n`,
    [`POST / host=${'h'.repeat(200 - head.length + 1)}`, '  transfer-encoding: chunked', 'end'],
    { options: small },
  ),
  accepted(
    'two messages each within the limit',
    exact + exact,
    ['GET / host=h', `  a: ${'a'.repeat(168)}`, 'end', 'GET / host=h', `  a: ${'a'.repeat(168)}`, 'end'],
    { options: small },
  ),
];
