import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { detectHttp } from '../../../../../../src/extensions/filters/listener/http-inspector/detect-http.js';

const detect = (text: string) => detectHttp(Buffer.from(text, 'latin1'), text.length);

for (const [text, result] of [
  ['GET / HTTP/1.1\r\n', 'http/1.1'],
  ['M-SEARCH * HTTP/1.1\n', 'http/1.1'],
  ['GET / HTTP/1.0\r\n', 'http/1.0'],
  ['GET /\r\n', 'http/1.0'],
  ['GET / HTTP/2.0\r\n', 'http/1.0'],
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'h2c'],
  ['', 'more'],
  ['G', 'more'],
  ['GET / HTTP/1.1', 'more'],
  ['PRI * HTTP/2.0\r\n\r\nSM', 'more'],
  ['\x16\x03\x01', 'none'],
  ['hello', 'more'],
  ['hello\r\n', 'none'],
  ['get / HTTP/1.1\r\n', 'http/1.1'],
  ['GET \t /\x01HTTP/1.1 \r\n', 'http/1.1'],
  ['GET /\xff HTTP/1.1\r\n', 'none'],
  ['GET a HTTP/1.1\r\n', 'none'],
  ['GET http://a HTTP/1.1\r\n', 'http/1.1'],
  ['GET http://a@@b HTTP/1.1\r\n', 'none'],
  ['CONNECT a:1 HTTP/1.1\r\n', 'http/1.1'],
  ['GET / HTTP/11\r\n', 'none'],
  ['\r\nGET / HTTP/1.1\r\n', 'none'],
  ['GET  HTTP/1.1\r\n', 'none'],
  ['PRI * HTTP/2.0\r\nGET', 'http/1.0'],
] as const) {
  test(`${JSON.stringify(text)} is ${result}`, () => {
    equal(detect(text), result);
  });
}

test('bytes beyond the length are not looked at', () => {
  equal(detectHttp(Buffer.from('GET / HTTP/1.1\r\n'), 8), 'more');
});
