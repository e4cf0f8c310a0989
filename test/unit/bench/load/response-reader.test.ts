import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseReader } from '../../../../bench/load/response-reader.js';

const ok200 = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';

test('a response that comes byte by byte counts once, at its last byte', () => {
  for (const wire of [ok200, chunked]) {
    const reader = new ResponseReader();
    const bytes = Buffer.from(wire);
    for (let i = 0; i < bytes.length - 1; i++) equal(reader.take(bytes.subarray(i, i + 1)), 0);
    equal(reader.take(bytes.subarray(bytes.length - 1)), 1);
    equal(reader.completed, 1);
  }
});

test('several responses in one read are all counted', () => {
  const reader = new ResponseReader();
  equal(reader.take(Buffer.from(ok200 + chunked + ok200)), 3);
});

test('a body that ends in the middle of a read leaves the next response to be read', () => {
  const reader = new ResponseReader();
  reader.take(Buffer.from(ok200.slice(0, -2)));
  equal(reader.take(Buffer.from(`lo${ok200}`)), 2);
});

test('a response without a body ends with its head', () => {
  const reader = new ResponseReader();
  equal(reader.take(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n')), 1);
});

test('an answer that is not 2xx counts as failed, too', () => {
  const reader = new ResponseReader();
  reader.take(Buffer.from('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'));
  equal(reader.completed, 1);
  equal(reader.failed, 1);
});
