import { accepted, get, refused, type WireCase } from './wire-case.js';

const bad = '400 http1.codec_error';
const malformed = '400 http1.codec_error';
const characters = '400 http1.invalid_characters';

function one(field: string): readonly string[] {
  return ['GET / host=h', `  ${field}`, 'end'];
}

export const fieldCases: readonly WireCase[] = [
  accepted('names come in lower case', get('X-AbC: D'), one('x-abc: D')),
  accepted('space around the value is not part of it', get('A: \t b c \t '), one('a: b c')),
  accepted('no space before the value', get('A:b'), one('a: b')),
  accepted('an empty value', get('A:'), one('a: ')),
  accepted('a value of spaces', get('A:   '), one('a: ')),
  accepted('a tab inside the value', get('A: b\tc'), one('a: b\tc')),
  accepted('bytes beyond ASCII in the value', get('A: \xe9\xff\x80'), one('a: \xe9\xff\x80')),
  accepted('a colon in the value', get('A: :b:'), one('a: :b:')),
  accepted('every token character in a name', get("!#$%&'*+-.^`|~09: 1"), one("!#$%&'*+-.^`|~09: 1")),
  accepted('repeated names stay apart and in order', get('X: 1', 'Y: 2', 'x: 3'), [
    'GET / host=h',
    '  x: 1',
    '  y: 2',
    '  x: 3',
    'end',
  ]),
  accepted('a CR inside a value is deleted', get('A: b\rc'), one('a: bc')),
  accepted('a CR at the end of a value is deleted', get('A: b\r'), one('a: b')),
  accepted('a CR at the start of a value is deleted', get('A:\r b'), one('a: b')),
  accepted('several CRs and spaces are deleted', get('A: \r\rb\r \r'), one('a: b')),
  accepted('a long unknown name', get(`${'a'.repeat(300)}: 1`), one(`${'a'.repeat(300)}: 1`)),
  accepted('an underscore in a name', get('A_b: 1'), one('a_b: 1')),
  accepted('an underscore drops the field when so told', get('A_b: 1', 'C: 2'), one('c: 2'), {
    options: { headersWithUnderscores: 'DROP_HEADER' },
  }),
  refused(
    'an underscore refuses the request when so told',
    get('A_b: 1'),
    '400 http1.unexpected_underscore',
    {
      options: { headersWithUnderscores: 'REJECT_REQUEST' },
    },
  ),
  accepted('an underscore does not make a framing field', get('Content_Length: 5'), one('content_length: 5')),
  refused('line folding with a space', get('A: b', ' c'), bad, { stricter: 'RFC 9112 5.2 lets us' }),
  refused('line folding with a tab', get('A: b', '\tc'), bad, { stricter: 'RFC 9112 5.2 lets us' }),
  refused('line folding before the value', get('A:', ' b'), bad, { stricter: 'RFC 9112 5.2 lets us' }),
  refused('line folding in the length', get('Content-Length:', ' 5'), bad, {
    stricter: 'RFC 9112 5.2 lets us',
  }),
  refused('a folded line of spaces', get('A: b', ' '), bad, { stricter: 'RFC 9112 5.2 lets us' }),
  refused('a space before the first name', 'GET / HTTP/1.1\r\n Host: h\r\n\r\n', bad),
  refused('a bare LF ends a line', get('A: b\nC: d'), bad, { stricter: 'RFC 9112 2.2 lets us' }),
  refused('a bare LF ends the head', 'GET / HTTP/1.1\r\nHost: h\r\n\n', bad, {
    stricter: 'RFC 9112 2.2 lets us',
  }),
  refused('a CR alone ends the head', 'GET / HTTP/1.1\r\nHost: h\r\n\rX', bad, {
    stricter: 'Envoy waits for more',
  }),
  refused('a space before the colon', get('A : b'), malformed),
  refused('a tab before the colon', get('A\t: b'), malformed),
  refused('a space before the colon of the length', get('Content-Length : 5'), malformed),
  refused('a space before the colon of the coding', get('Transfer-Encoding : chunked'), malformed),
  refused('a space in a name', get('A b: c'), malformed),
  refused('an empty name', get(': b'), bad),
  refused('no colon', get('A'), bad),
  refused('a line of nothing but a colon', get(':'), bad),
  refused('a CR in a name', get('A\rB: c'), bad),
  refused('a NUL in a name', get('A\0B: c'), characters),
  refused('a NUL in a value', get('A: b\0c'), characters),
  refused('a control character in a value', get('A: b\x01c'), characters),
  refused('a vertical tab before a value', get('A: \x0bb'), characters),
  refused('a form feed behind a value', get('A: b\x0c'), characters),
  refused('DEL in a value', get('A: b\x7f'), characters),
  refused('an escape character in a value', get('A: \x1b[0m'), characters),
  refused('parentheses in a name', get('A(b: c'), malformed),
  refused('quotes in a name', get('A"b: c'), malformed),
  refused('a semicolon in a name', get('A;b: c'), malformed),
  refused('a slash in a name', get('A/b: c'), malformed),
  refused('braces in a name', get('A{b: c'), malformed),
  refused('a byte beyond ASCII in a name', get('A\xe9: c'), malformed),
  refused('a Kelvin sign’s bytes in a name', get('\xe2\x84\xaa: c'), malformed),
  refused('a CR in the length', get('Content-Length: 1\r1'), malformed),
  refused('a CR in the coding', get('Transfer-Encoding: chun\rked'), malformed, {
    stricter: 'Envoy does not see chunked and forwards it so',
  }),
  refused('a CR in Connection', get('Connection: clo\rse'), characters, {
    stricter: 'it decides what follows',
  }),
];
