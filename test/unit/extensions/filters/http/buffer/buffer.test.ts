import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { DataStatus, HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { bufferFilter } from '../../../../../../src/extensions/filters/http/buffer/buffer.js';
import { parseBufferPerRoute } from '../../../../../../src/extensions/filters/http/buffer/config.js';
import { readText } from '../../../../../support/config-text.js';
import { chunkOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const start = filterThread().build(bufferFilter, { maxRequestBytes: 6 });

function onRoute(text: string) {
  const type = 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute';
  return readText(type, text, parseBufferPerRoute).value;
}

test('a request is held back until its end, and then has a length', () => {
  const { filter, request } = start();
  const headers = requestHeaders('/');
  equal(filter.onRequestHeaders?.(headers, false), HeadersStatus.Stop);
  equal(request.limitBytes, 6);
  equal(filter.onRequestData?.(chunkOf('abc'), false), DataStatus.StopBuffer);
  equal(filter.onRequestData?.(chunkOf('def'), true), DataStatus.Continue);
  equal(headers.get('content-length'), '6');
});

test('a last chunk beyond the limit is kept, so that the stream refuses the request', () => {
  const { filter } = start();
  filter.onRequestHeaders?.(requestHeaders('/'), false);
  equal(filter.onRequestData?.(chunkOf('abcdefg'), true), DataStatus.StopBuffer);
});

test('a length that the client gave stays as it is', () => {
  const { filter } = start();
  const headers = requestHeaders('/', [['content-length', '3']]);
  filter.onRequestHeaders?.(headers, false);
  filter.onRequestData?.(chunkOf('abc'), true);
  deepEqual(headers.getAll('content-length'), ['3']);
});

test('a route has a limit of its own, or none', () => {
  const limited = start([onRoute('{ buffer: { max_request_bytes: 2 } }')]);
  limited.filter.onRequestHeaders?.(requestHeaders('/'), false);
  equal(limited.request.limitBytes, 2);
  const off = start([onRoute('{ disabled: true }')]);
  equal(off.filter.onRequestHeaders?.(requestHeaders('/'), false), HeadersStatus.Continue);
  equal(off.filter.onRequestData?.(chunkOf('abcdefgh'), false), DataStatus.Continue);
});
