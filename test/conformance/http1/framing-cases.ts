import { accepted, post, refused, type WireCase } from './wire-case.js';

const bad = '400 http1.codec_error';
const both = '400 http1.content_length_and_chunked_not_allowed';
const unknown = '501 http1.invalid_transfer_encoding';
const end = '0\r\n\r\n';
const smuggled = 'GET /admin HTTP/1.1\r\nHost: h\r\n\r\n';

function length(value: string, body = 'hello'): string {
  return post([`Content-Length: ${value}`], body);
}

function coding(value: string): string {
  return post([`Transfer-Encoding: ${value}`], end);
}

function sized(value: string): readonly string[] {
  return ['POST / host=h', `  content-length: ${value}`, 'body=hello', 'end'];
}

function chunked(value: string): readonly string[] {
  return ['POST / host=h', `  transfer-encoding: ${value}`, 'end'];
}

export const framingCases: readonly WireCase[] = [
  accepted('a length', length('5'), sized('5')),
  accepted('a length of nothing', length('0', ''), ['POST / host=h', '  content-length: 0', 'end']),
  accepted('leading zeros in a length', length('0005'), sized('0005')),
  accepted(
    'many leading zeros in a length',
    length('00000000000000000000000000005'),
    sized('00000000000000000000000000005'),
  ),
  accepted('space around a length', length(' \t5  '), sized('5')),
  accepted('GET with a body', 'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello', [
    'GET / host=h',
    '  content-length: 5',
    'body=hello',
    'end',
  ]),
  accepted('no length means no body', `${post([], '')}${smuggled}`, [
    'POST / host=h',
    'end',
    'GET /admin host=h',
    'end',
  ]),
  accepted('CL.0: what follows the length is the next request', length('5', `hello${smuggled}`), [
    ...sized('5'),
    'GET /admin host=h',
    'end',
  ]),
  refused('a tab behind a length', length('5\t'), '400 http1.invalid_characters', {
    stricter: 'llhttp refuses it',
  }),
  refused('a tab behind chunked', coding('chunked \t '), '400 http1.invalid_characters', {
    stricter: 'llhttp does not see chunked',
  }),
  refused('a length with a plus sign', length('+5'), bad),
  refused('a negative length', length('-5'), bad),
  refused('a hexadecimal length', length('0x5'), bad),
  refused('a length with a decimal point', length('5.0'), bad),
  refused('a length with an exponent', length('5e1'), bad),
  refused('an empty length', length(''), bad),
  refused('a length with a space inside', length('5 5'), bad),
  refused('a list of equal lengths', length('5, 5'), bad),
  refused('a length with a semicolon', length('5;'), bad),
  refused('a length in words', length('five'), bad),
  refused('a length in fullwidth digits', length('\xef\xbc\x95'), bad),
  refused('a length over 2^53-1', length('9007199254740992'), bad, { stricter: 'no exact number for it' }),
  refused('a length over 2^64', length('18446744073709551616'), bad),
  refused('a length of 2^64+5, which wraps to 5', length('18446744073709551621'), bad),
  accepted('the longest length', post(['Content-Length: 9007199254740991'], 'x'), [
    'POST / host=h',
    '  content-length: 9007199254740991',
    'body=x',
    '! cut body',
  ]),
  refused('two different lengths', post(['Content-Length: 5', 'Content-Length: 6'], 'hello!'), bad),
  refused('two equal lengths', post(['Content-Length: 5', 'Content-Length: 5'], 'hello'), bad),
  refused('two lengths spelled differently', post(['Content-Length: 5', 'CONTENT-LENGTH: 0'], 'hello'), bad),
  accepted('chunked', coding('chunked'), chunked('chunked')),
  accepted('chunked in capitals', coding('CHUNKED'), chunked('CHUNKED')),
  accepted('space around chunked', coding(' \tchunked  '), chunked('chunked')),
  refused('CL.TE', post(['Content-Length: 6', 'Transfer-Encoding: chunked'], `${end}G`), both),
  refused(
    'TE.CL',
    post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `1f\r\n${smuggled}\r\n${end}`),
    both,
  ),
  refused(
    'chunked with a length of nothing',
    post(['Transfer-Encoding: chunked', 'Content-Length: 0'], end),
    both,
  ),
  accepted(
    'chunked wins over the length when so told',
    post(['Content-Length: 6', 'Transfer-Encoding: chunked'], end),
    ['POST / host=h', '  transfer-encoding: chunked', 'end'],
    { options: { allowChunkedLength: true } },
  ),
  refused(
    'another coding with a length',
    post(['Transfer-Encoding: gzip', 'Content-Length: 5'], 'hello'),
    both,
    {
      options: { allowChunkedLength: true },
    },
  ),
  refused(
    'a bad length beside chunked',
    post(['Transfer-Encoding: chunked', 'Content-Length: x'], end),
    bad,
    {
      options: { allowChunkedLength: true },
      stricter: 'llhttp refuses it',
    },
  ),
  refused(
    'TE.TE: chunked twice',
    post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], end),
    unknown,
  ),
  refused(
    'TE.TE: identity, then chunked',
    post(['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'], end),
    unknown,
  ),
  refused(
    'TE.TE: chunked, then something',
    post(['Transfer-Encoding: chunked', 'Transfer-Encoding: x'], end),
    unknown,
  ),
  refused('an empty coding', coding(''), unknown),
  refused('identity', coding('identity'), unknown),
  refused('gzip, chunked', coding('gzip, chunked'), unknown),
  refused('chunked, identity', coding('chunked, identity'), unknown),
  refused('chunked, chunked', coding('chunked, chunked'), unknown),
  refused('chunked with a comma behind', coding('chunked,'), unknown),
  refused('chunked with a comma before', coding(',chunked'), unknown),
  refused('chunked with a parameter', coding('chunked;a=b'), unknown),
  refused('chunked in quotes', coding('"chunked"'), unknown),
  refused('a name that ends in chunked', coding('xchunked'), unknown),
  refused('a name that begins with chunked', coding('chunkedx'), unknown),
  refused('chunked behind a vertical tab', coding('\x0bchunked'), '400 http1.invalid_characters'),
  refused('chunked before a NUL', coding('chunked\0'), '400 http1.invalid_characters'),
  refused('chunked folded', post(['Transfer-Encoding:', ' chunked'], end), bad, {
    stricter: 'RFC 9112 5.2 lets us',
  }),
  accepted('a name like Transfer-Encoding means nothing', post(['Transfer-Encodin: chunked'], ''), [
    'POST / host=h',
    '  transfer-encodin: chunked',
    'end',
  ]),
  refused(
    'chunked in HTTP/1.0',
    `POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${end}`,
    '400 http1.transfer_encoding_not_allowed',
    { options: { acceptHttp10: true }, stricter: 'RFC 9112 6.1 calls it faulty framing' },
  ),
];
