import { accepted, chunks, post, type WireCase } from './wire-case.js';

const bad = '! 400 http1.codec_error';
const open = ['POST / host=h', '  transfer-encoding: chunked'];
const trailersOn = { options: { enableTrailers: true } };
const laxer = { stricter: 'llhttp refuses it' };

function whole(body: string): readonly string[] {
  return [...open, `body=${body}`, 'end'];
}

/** A first chunk line that must be refused. */
function badLine(name: string, line: string, extra: { stricter?: string } = {}): WireCase {
  return accepted(name, chunks(`${line}hello\r\n0\r\n\r\n`), [...open, bad], extra);
}

/** Something wrong behind the data of a first chunk. */
function badEnd(name: string, rest: string, extra: { stricter?: string } = {}): WireCase {
  return accepted(name, chunks(`5\r\nhello${rest}`), [...open, 'body=hello', bad], extra);
}

export const bodyCases: readonly WireCase[] = [
  accepted('chunks', chunks('5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n'), whole('hello!')),
  accepted(
    'hexadecimal sizes in both cases',
    chunks(`a\r\n${'x'.repeat(10)}\r\nB\r\n${'y'.repeat(11)}\r\n0\r\n\r\n`),
    whole('x'.repeat(10) + 'y'.repeat(11)),
  ),
  accepted('leading zeros in a size', chunks('0005\r\nhello\r\n000\r\n\r\n'), whole('hello')),
  accepted('data that look like chunks', chunks('7\r\n0\r\n\r\nGE\r\n0\r\n\r\n'), whole('0\r\n\r\nGE')),
  accepted('the next request behind the last chunk', chunks('0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n'), [
    ...open,
    'end',
    'GET / host=h',
    'end',
  ]),
  accepted('an extension', chunks('5;a=b\r\nhello\r\n0\r\n\r\n'), whole('hello')),
  accepted('an extension without value', chunks('5;a;b\r\nhello\r\n0;last\r\n\r\n'), whole('hello')),
  accepted('an extension in quotes', chunks('5;a="b c;\\"=";d\r\nhello\r\n0\r\n\r\n'), whole('hello')),
  accepted('a long extension', chunks(`5;${'a'.repeat(5000)}\r\nhello\r\n0\r\n\r\n`), whole('hello')),
  badLine('extensions without end', `5;${'a'.repeat(20_000)}\r\n`, { stricter: 'Envoy has no limit' }),
  badLine('a plus sign before a size', '+5\r\n'),
  badLine('a minus sign before a size', '-5\r\n'),
  badLine('a space before a size', ' 5\r\n'),
  badLine('0x before a size', '0x5\r\n'),
  badLine('a space behind a size', '5 \r\n', laxer),
  badLine('a tab behind a size', '5\t\r\n', laxer),
  badLine('a space before an extension', '5 ;a\r\n', laxer),
  badLine('a space inside an extension', '5; a=b\r\n', laxer),
  badLine('an extension without a name', '5;\r\n', laxer),
  badLine('an extension with a value alone', '5;=b\r\n', { stricter: 'RFC 9112 7.1.1 wants a name' }),
  badLine('an extension with an empty value', '5;a=\r\n', { stricter: 'RFC 9112 7.1.1 wants a value' }),
  badLine('two equal signs in an extension', '5;a==b\r\n', laxer),
  badLine('junk behind a quoted value', '5;a="b"c\r\n', laxer),
  badLine('a line break inside quotes', '5;a="b\r\n"\r\n', laxer),
  badLine('a bare LF in an extension', '5;a\nb\r\n'),
  badLine('a bare CR in an extension', '5;a\rb\r\n'),
  badLine('a control character in an extension', '5;\x01\r\n', laxer),
  badLine('a NUL in an extension', '5;a\0\r\n', laxer),
  badLine('a comma behind a size', '5,\r\n'),
  badLine('an underscore in a size', '0_5\r\n'),
  badLine('no size', '\r\n'),
  badLine('an extension without size', ';a\r\n'),
  badLine('a size that is no number', 'g\r\n'),
  badLine('a bare LF ends the line', '5\n'),
  badLine('a bare CR ends the line', '5\r'),
  badLine('two CRs end the line', '5\r\r\n'),
  badLine('a size over 2^53', '20000000000000\r\n', { stricter: 'no exact number for it' }),
  badLine('a size over 2^64', '10000000000000000\r\n'),
  badLine('a size that wraps to 5', '10000000000000005\r\n'),
  badLine('zeros without end', `${'0'.repeat(200)}5\r\n`, { stricter: 'Envoy has no limit' }),
  badEnd('a bare LF behind the data', '\n0\r\n\r\n', laxer),
  badEnd('nothing behind the data', '0\r\n\r\n'),
  badEnd('more data than the size says', 'XX0\r\n\r\n'),
  badEnd('two CRs behind the data', '\r\r\n0\r\n\r\n', laxer),
  accepted('trailers are read and dropped', chunks('0\r\nA: b\r\nC: d\r\n\r\n'), [...open, 'end']),
  accepted(
    'trailers are reported when enabled',
    chunks('0\r\nA: b\r\nC: d\r\n\r\n'),
    [...open, 'trailer a: b', 'trailer c: d', 'end'],
    trailersOn,
  ),
  accepted(
    'hop-by-hop fields and Host are no trailers',
    chunks('0\r\nHost: x\r\nConnection: close\r\nA: b\r\n\r\n'),
    [...open, 'trailer a: b', 'end'],
    trailersOn,
  ),
  accepted('a trailer content-length', chunks('0\r\nContent-Length: 5\r\n\r\n'), [...open, bad], {
    stricter: 'RFC 9110 6.5.1 forbids it',
  }),
  accepted('a trailer transfer-encoding', chunks('0\r\nTransfer-Encoding: chunked\r\n\r\n'), [...open, bad], {
    stricter: 'RFC 9110 6.5.1 forbids it',
  }),
  accepted('a bad trailer name', chunks('0\r\nA : b\r\n\r\n'), [...open, '! 400 http1.codec_error']),
  accepted('a trailer without colon', chunks('0\r\nfoo\r\n\r\n'), [...open, bad]),
  accepted('a folded trailer', chunks('0\r\nA: b\r\n c\r\n\r\n'), [...open, bad], {
    stricter: 'RFC 9112 5.2 lets us',
  }),
  accepted('a bare LF in the trailers', chunks('0\r\nA: b\nC: d\r\n\r\n'), [...open, bad], {
    stricter: 'RFC 9112 2.2 lets us',
  }),
  accepted('a bare LF ends the trailers', chunks('0\r\n\n'), [...open, bad], {
    stricter: 'RFC 9112 2.2 lets us',
  }),
  accepted('end of file in chunk data', chunks('5\r\nhel'), [...open, 'body=hel', '! cut body']),
  accepted('end of file behind a chunk', chunks('5\r\nhello\r\n'), [...open, 'body=hello', '! cut body']),
  accepted('end of file before the last CRLF', chunks('0\r\n'), [...open, '! cut body']),
  accepted('end of file in the trailers', chunks('0\r\nA: b\r\n'), [...open, '! cut body']),
  accepted('end of file in a body with a length', post(['Content-Length: 5'], 'hel'), [
    'POST / host=h',
    '  content-length: 5',
    'body=hel',
    '! cut body',
  ]),
  accepted(
    'an underscore in a trailer, dropped when so told',
    chunks('0\r\nA_b: c\r\n\r\n'),
    [...open, 'end'],
    { options: { enableTrailers: true, headersWithUnderscores: 'DROP_HEADER' } },
  ),
];
