import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { DataStatus, HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { HeaderMap, ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { grpcHttp1BridgeFilter } from '../../../../../../src/extensions/filters/http/grpc-http1-bridge/grpc-http1-bridge.js';
import { chunkOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const start = filterThread().build(grpcHttp1BridgeFilter, { upgradesProtobuf: true, ignoresQuery: true });

test('bare protobuf gets a prefix, and the answer loses its own', () => {
  const { filter, request, response } = start();
  const headers = requestHeaders('/a.S/M?x=1', [['content-type', 'application/x-protobuf']]);
  filter.onRequestHeaders?.(headers, false);
  equal(headers.path, '/a.S/M');
  equal(headers.get('content-type'), 'application/grpc');
  equal(filter.onRequestData?.(chunkOf('abc'), true), DataStatus.Continue);
  equal(request.kept?.toString('hex'), '0000000003');
  const answer = new ResponseHeaders(200);
  equal(filter.onResponseHeaders?.(answer, false), HeadersStatus.Stop);
  filter.onResponseData?.(chunkOf('\0\0\0'), false);
  filter.onResponseData?.(chunkOf('\0\x02hi'), false);
  equal(response.kept?.toString(), 'hi');
  const trailers = new HeaderMap();
  trailers.add('grpc-status', '5');
  filter.onResponseTrailers?.(trailers);
  equal(answer.status, 503);
  equal(answer.get('content-length'), '2');
});

test('HTTP/2 clients see trailers for themselves', () => {
  const { filter, info } = start();
  info.protocol = 'HTTP/2';
  filter.onRequestHeaders?.(requestHeaders('/a.S/M', [['content-type', 'application/grpc']]), false);
  equal(filter.onResponseHeaders?.(new ResponseHeaders(200), false), HeadersStatus.Continue);
});
