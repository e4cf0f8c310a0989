import { accepted, get, refused, type WireCase } from './wire-case.js';

const rejected = '400 http1.connection_header_rejected';
const http10 = { options: { acceptHttp10: true } };

function head(flags: string, ...fields: readonly string[]): readonly string[] {
  return [`GET / host=h${flags}`, ...fields.map((field) => `  ${field}`), 'end'];
}

export const connectionCases: readonly WireCase[] = [
  accepted('close', get('Connection: close'), head(' close', 'connection: close')),
  accepted('Close in capitals', get('Connection: CLOSE'), head(' close', 'connection: close')),
  accepted(
    'close beside keep-alive',
    get('Connection: keep-alive, close'),
    head(' close', 'connection: keep-alive,close'),
  ),
  accepted(
    'close in a second field',
    get('Connection: x-a', 'Connection: close'),
    head(' close', 'connection: close'),
  ),
  accepted('keep-alive', get('Connection: keep-alive'), head('', 'connection: keep-alive')),
  accepted(
    'Proxy-Connection: close',
    get('Proxy-Connection: close'),
    head(' close', 'proxy-connection: close'),
  ),
  accepted('a name that begins with close', get('Connection: closed'), head('')),
  accepted(
    'keep-alive in HTTP/1.0',
    'GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n',
    head(' 1.0', 'connection: keep-alive'),
    http10,
  ),
  accepted(
    'close in HTTP/1.0',
    'GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive, close\r\n\r\n',
    head(' 1.0', 'connection: keep-alive,close'),
    http10,
  ),
  accepted('a nominated field is removed', get('Connection: x-a', 'X-A: 1', 'X-B: 2'), head('', 'x-b: 2')),
  accepted(
    'a nominated field is removed every time it occurs',
    get('X-A: 1', 'Connection: X-A', 'X-A: 2'),
    head(''),
  ),
  accepted(
    'a nominated field in HTTP/1.0',
    'GET / HTTP/1.0\r\nHost: h\r\nConnection: x-a\r\nX-A: 1\r\n\r\n',
    head(' 1.0 close'),
    http10,
  ),
  accepted('empty members nominate nothing', get('Connection: ,, ,', 'X: 1'), head('', 'x: 1')),
  accepted('a nomination of Connection itself', get('Connection: connection', 'X: 1'), head('', 'x: 1')),
  accepted('nine tokens', get('Connection: a,b,c,d,e,f,g,h,i', 'I: 1', 'J: 1'), head('', 'j: 1')),
  refused('ten tokens', get('Connection: a,b,c,d,e,f,g,h,i,j'), rejected),
  refused('a nomination of x-forwarded-for', get('Connection: x-forwarded-for'), rejected),
  refused('a nomination of x-forwarded-host', get('Connection: close, X-Forwarded-Host'), rejected),
  refused('a nomination of x-forwarded-proto', get('Connection: x-forwarded-proto'), rejected),
  refused('a nomination of a pseudo-header', get('Connection: :path'), rejected),
  accepted('a nomination of Host leaves none', get('Connection: host'), ['GET / host=', 'end']),
  accepted(
    'a nomination of the length does not change the framing',
    get('Connection: content-length', 'Content-Length: 2').concat('hi'),
    ['GET / host=h', 'body=hi', 'end'],
  ),
  accepted(
    'a nomination of the coding does not change the framing',
    get('Connection: transfer-encoding', 'Transfer-Encoding: chunked').concat('2\r\nhi\r\n0\r\n\r\n'),
    ['GET / host=h', 'body=hi', 'end'],
  ),
  accepted(
    'te with trailers survives its nomination',
    get('Connection: te', 'TE: gzip;q=1, trailers'),
    head('', 'te: trailers'),
  ),
  accepted('te without trailers does not', get('Connection: te', 'TE: gzip'), head('')),
  refused('te of a suspicious length', get('Connection: te', `TE: ${'a'.repeat(300)}`), rejected),
  accepted('an upgrade', get('Connection: keep-alive, Upgrade', 'Upgrade: WebSocket').concat('raw'), [
    'GET / host=h upgrade=websocket tunnel',
    '  connection: keep-alive, Upgrade',
    '  upgrade: WebSocket',
    'tunnel=raw',
  ]),
  accepted(
    'an upgrade with a length',
    get('Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 3').concat('raw'),
    [
      'GET / host=h upgrade=websocket tunnel',
      '  connection: Upgrade',
      '  upgrade: websocket',
      '  content-length: 3',
      'tunnel=raw',
    ],
  ),
  accepted(
    'an upgrade that Connection does not name',
    get('Upgrade: websocket'),
    head('', 'upgrade: websocket'),
  ),
  accepted(
    'Connection: upgrade without an upgrade',
    get('Connection: Upgrade'),
    head('', 'connection: upgrade'),
  ),
  accepted(
    'h2c is taken out',
    get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAA'),
    head(''),
  ),
  accepted(
    'h2c is taken out and close stays',
    get('Connection: Upgrade, HTTP2-Settings, close', 'Upgrade: H2C', 'HTTP2-Settings: AAA'),
    head(' close', 'connection: close'),
  ),
  accepted(
    'h2c smuggled beside another type is not h2c',
    get('Connection: Upgrade', 'Upgrade: h2c, websocket'),
    ['GET / host=h upgrade=h2c, websocket tunnel', '  connection: Upgrade', '  upgrade: h2c, websocket'],
  ),
  accepted('an expectation', get('Expect: 100-Continue'), head(' expect', 'expect: 100-Continue')),
  accepted('another expectation', get('Expect: 200-ok'), head('', 'expect: 200-ok')),
  accepted(
    'two expectations',
    get('Expect: 100-continue', 'Expect: 100-continue'),
    head('', 'expect: 100-continue', 'expect: 100-continue'),
  ),
  accepted(
    'an expectation in HTTP/1.0',
    'GET / HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\n\r\n',
    head(' 1.0 close', 'expect: 100-continue'),
    http10,
  ),
];
