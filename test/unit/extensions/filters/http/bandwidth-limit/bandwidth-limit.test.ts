import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { bandwidthLimitFilter } from '../../../../../../src/extensions/filters/http/bandwidth-limit/bandwidth-limit.js';
import {
  parseBandwidthLimit,
  parseBandwidthLimitRoute,
} from '../../../../../../src/extensions/filters/http/bandwidth-limit/config.js';
import { readText } from '../../../../../support/config-text.js';
import { chunkOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const type = 'envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit';

function begin(config: string) {
  const thread = filterThread();
  const { value, problems } = readText(type, config, parseBandwidthLimit);
  deepEqual(problems, []);
  return { ...thread, start: thread.build(bandwidthLimitFilter, value) };
}

test('streams share one bucket, and trailers tell how long the response was held back', () => {
  const { start, time, stats } = begin(`{ stat_prefix: bw, enable_mode: RESPONSE, limit_kbps: 1,
    fill_interval: 0.1s, enable_response_trailers: true, response_trailer_prefix: own }`);
  const first = start();
  first.filter.onRequestHeaders?.(requestHeaders('/'), true);
  first.filter.onResponseHeaders?.(new ResponseHeaders(200), false);
  first.filter.onResponseData?.(chunkOf('a'.repeat(1024)), true);
  time.advance(5);
  equal(first.response.injected.join('').length, 1024);
  equal(first.response.resumes, 1);
  const second = start();
  second.filter.onRequestHeaders?.(requestHeaders('/'), true);
  second.filter.onResponseHeaders?.(new ResponseHeaders(200), false);
  second.filter.onResponseData?.(chunkOf('b'.repeat(150)), true);
  time.advance(5);
  equal(stats.get('bw.http_bandwidth_limit.response_pending'), 1);
  time.advance(300);
  equal(second.response.injected.join('').length, 150);
  equal(second.response.trailers?.get('own-bandwidth-response-filter-delay-ms'), '200');
  equal(stats.get('bw.http_bandwidth_limit.response_enforced'), 2);
  equal(stats.get('bw.http_bandwidth_limit.response_pending'), 0);
});

test('a stream that ends early is not pending any more', () => {
  const { start, stats } = begin('{ stat_prefix: bw, enable_mode: REQUEST, limit_kbps: 1 }');
  const { filter } = start();
  filter.onRequestHeaders?.(requestHeaders('/'), false);
  filter.onRequestData?.(chunkOf('a'.repeat(2000)), false);
  filter.onDestroy?.();
  equal(stats.get('bw.http_bandwidth_limit.request_pending'), 0);
});

test('a route has to say its limit', () => {
  const { problems } = readText(type, '{ stat_prefix: bw }', parseBandwidthLimitRoute);
  deepEqual(problems, ['limit must be set for per route filter config']);
});
