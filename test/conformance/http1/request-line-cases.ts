import { accepted, refused, type WireCase } from './wire-case.js';

const host = 'Host: h\r\n\r\n';
const bad = '400 http1.codec_error';
const plain = ['GET / host=h', 'end'];

export const requestLineCases: readonly WireCase[] = [
  accepted('the plain request', `GET / HTTP/1.1\r\n${host}`, plain),
  accepted('empty lines before the request are skipped', `\r\n\r\nGET / HTTP/1.1\r\n${host}`, plain),
  accepted('bare LFs before the request are skipped', `\n\nGET / HTTP/1.1\r\n${host}`, plain),
  accepted('bare CRs before the request are skipped', `\r\r\rGET / HTTP/1.1\r\n${host}`, plain),
  accepted('several spaces between the parts are one', `GET   /   HTTP/1.1\r\n${host}`, plain),
  accepted('HTTP/1.0 when it is allowed', `GET / HTTP/1.0\r\n${host}`, ['GET / host=h 1.0 close', 'end'], {
    options: { acceptHttp10: true },
  }),
  accepted('HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', ['GET / host= 1.0 close', 'end'], {
    options: { acceptHttp10: true },
  }),
  accepted('an extension method of WebDAV', `PROPFIND / HTTP/1.1\r\n${host}`, ['PROPFIND / host=h', 'end']),
  accepted('the longest known method', `UNSUBSCRIBE / HTTP/1.1\r\n${host}`, ['UNSUBSCRIBE / host=h', 'end']),
  accepted('two requests in one piece', `GET /1 HTTP/1.1\r\n${host}GET /2 HTTP/1.1\r\n${host}`, [
    'GET /1 host=h',
    'end',
    'GET /2 host=h',
    'end',
  ]),
  accepted(
    'empty lines between two requests',
    `GET /1 HTTP/1.1\r\n${host}\r\n\r\nGET /2 HTTP/1.1\r\n${host}`,
    ['GET /1 host=h', 'end', 'GET /2 host=h', 'end'],
  ),
  refused('HTTP/1.0 when it is not allowed', `GET / HTTP/1.0\r\n${host}`, '426 low_version'),
  refused('HTTP/0.9 without a version', 'GET /\r\n\r\n', '426 low_version'),
  refused('HTTP/0.9 by name', `GET / HTTP/0.9\r\n${host}`, '426 low_version'),
  refused('HTTP/1.2', `GET / HTTP/1.2\r\n${host}`, '426 low_version'),
  refused('HTTP/2.0', `GET / HTTP/2.0\r\n${host}`, '426 low_version'),
  refused('HTTP/2.0 where HTTP/1.0 is allowed', `GET / HTTP/2.0\r\n${host}`, '426 low_version', {
    options: { acceptHttp10: true },
    stricter: 'Envoy takes every other version for HTTP/1.0',
  }),
  refused('the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', bad, {
    stricter: 'Envoy would change codecs',
  }),
  refused('a version of two digits', `GET / HTTP/1.10\r\n${host}`, bad),
  refused('a version with a leading zero', `GET / HTTP/01.1\r\n${host}`, bad),
  refused('a version without a minor number', `GET / HTTP/1\r\n${host}`, bad),
  refused('a version with a comma', `GET / HTTP/1,1\r\n${host}`, bad),
  refused('a version in lower case', `GET / http/1.1\r\n${host}`, bad),
  refused('another protocol', `GET / ICE/1.0\r\n${host}`, bad),
  refused('a name like HTTP', `GET / HTTPS/1.1\r\n${host}`, bad),
  refused('a space inside the version', `GET / HTTP /1.1\r\n${host}`, bad),
  refused('a letter behind the version', `GET / HTTP/1.1x\r\n${host}`, bad),
  refused('a space behind the version', `GET / HTTP/1.1 \r\n${host}`, bad, { stricter: 'llhttp refuses it' }),
  refused('a bare LF ends the line', `GET / HTTP/1.1\n${host}`, bad, {
    stricter: 'RFC 9112 2.2 lets us, llhttp does',
  }),
  refused('only bare LFs', 'GET / HTTP/1.1\nHost: h\n\n', bad, {
    stricter: 'RFC 9112 2.2 lets us, llhttp does',
  }),
  refused('a CR inside the line', `GET /\r HTTP/1.1\r\n${host}`, bad, {
    stricter: 'two readers see two lines',
  }),
  refused('two CRs end the line', `GET / HTTP/1.1\r\r\n${host}`, bad, {
    stricter: 'two readers see two lines',
  }),
  refused('a tab between the parts', `GET\t/\tHTTP/1.1\r\n${host}`, bad, { stricter: 'llhttp refuses it' }),
  refused('a space before the method', ` GET / HTTP/1.1\r\n${host}`, bad),
  refused('no method', ` / HTTP/1.1\r\n${host}`, bad),
  refused('a method in lower case', `get / HTTP/1.1\r\n${host}`, bad),
  refused('an unknown method', `FOO / HTTP/1.1\r\n${host}`, bad),
  refused('a method that begins like a known one', `GETS / HTTP/1.1\r\n${host}`, bad),
  refused('a method with a separator in it', `GE(T / HTTP/1.1\r\n${host}`, bad),
  refused('a method with a byte beyond ASCII', `G\xe9T / HTTP/1.1\r\n${host}`, bad),
  refused('a NUL before the method', `\0GET / HTTP/1.1\r\n${host}`, bad),
  refused('a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', bad),
  refused('no target', `GET  HTTP/1.1\r\n${host}`, bad, {
    stricter: 'read as HTTP/0.9 of HTTP/1.1',
  }),
  refused('the line alone, then end of file', 'GET / HTTP/1.1\r\n', 'cut head'),
  refused('half a method, then end of file', 'GE', 'cut head'),
  accepted('nothing but empty lines', '\r\n\r\n', []),
];
