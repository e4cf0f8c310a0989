import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { DataStatus, HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { ResponseFlag } from '../../../../../../src/api/response-flags.js';
import { parseFault } from '../../../../../../src/extensions/filters/http/fault/config.js';
import { faultFilter } from '../../../../../../src/extensions/filters/http/fault/fault.js';
import { readText } from '../../../../../support/config-text.js';
import { chunkOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const all = 'percentage: { numerator: 100 }';

function begin(config: string, values: { readonly [key: string]: number } = {}) {
  const thread = filterThread(values);
  const type = 'envoy.extensions.filters.http.fault.v3.HTTPFault';
  const { value, problems } = readText(type, config, parseFault);
  deepEqual(problems, []);
  return { ...thread, start: thread.build(faultFilter, value) };
}

test('an abort answers with its status and is active while the stream lasts', () => {
  const { start, stats } = begin(`{ abort: { http_status: 429, ${all} } }`);
  const { filter, replies } = start();
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Stop);
  deepEqual(
    replies.map(({ status, body, options }) => [status, body, options.details, options.flags]),
    [[429, 'fault filter abort', 'fault_filter_abort', ResponseFlag.faultInjected]],
  );
  equal(stats.get('http.test.fault.active_faults'), 1);
  filter.onDestroy?.();
  equal(stats.get('http.test.fault.active_faults'), 0);
});

test('a delay holds the request for its time, and an abort follows it', () => {
  const { start, stats, time } = begin(
    `{ delay: { fixed_delay: 0.5s, ${all} }, abort: { http_status: 503, ${all} } }`,
  );
  const { filter, replies, info } = start();
  info.responseFlags = 0;
  equal(filter.onRequestHeaders?.(requestHeaders('/'), false), HeadersStatus.Stop);
  equal(filter.onRequestData?.(chunkOf('x'), true), DataStatus.StopWatermark);
  time.advance(499);
  equal(replies.length, 0);
  time.advance(10);
  equal(replies.length, 1);
  equal(info.responseFlags, ResponseFlag.delayInjected);
  equal(stats.get('http.test.fault.delays_injected'), 1);
  equal(stats.get('http.test.fault.active_faults'), 1);
});

test('a delay alone lets the request go on', () => {
  const { start, time } = begin(`{ delay: { header_delay: {}, ${all} } }`);
  const { filter, request } = start();
  filter.onRequestHeaders?.(requestHeaders('/', [['x-envoy-fault-delay-request', '30']]), true);
  time.advance(40);
  equal(request.resumes, 1);
});

test('no more faults are active than may be, over the streams of all workers', () => {
  const { start, stats } = begin(`{ abort: { http_status: 503, ${all} }, max_active_faults: 1 }`);
  const [first, second, third] = [start(), start(), start()];
  first.filter.onRequestHeaders?.(requestHeaders('/'), true);
  equal(second.filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
  equal(stats.get('http.test.fault.faults_overflow'), 1);
  first.filter.onDestroy?.();
  equal(third.filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Stop);
});

test('runtime values override what is configured, those of the downstream cluster last', () => {
  const { start } = begin(`{ abort: { http_status: 503, ${all} } }`, {
    'fault.http.abort.http_status': 501,
    'fault.http.front.abort.http_status': 502,
  });
  const statusFor = (fields: readonly [string, string][]): number | undefined => {
    const { filter, replies } = start();
    filter.onRequestHeaders?.(requestHeaders('/', fields), true);
    return replies[0]?.status;
  };
  equal(statusFor([]), 501);
  equal(statusFor([['x-envoy-downstream-service-cluster', 'front']]), 502);
});

test('a slow response goes in slices of 50 ms', () => {
  const { start, time } = begin(`{ response_rate_limit: { fixed_limit: { limit_kbps: 1 }, ${all} } }`);
  const { filter, response } = start();
  filter.onRequestHeaders?.(requestHeaders('/'), true);
  equal(filter.onResponseData?.(chunkOf('r'.repeat(1100)), true), DataStatus.StopNoBuffer);
  equal(response.pauses, 1);
  time.advance(4);
  deepEqual(
    response.injected.map((part) => part.length),
    [55],
  );
  time.advance(500);
  equal(response.pauses, 1);
  time.advance(200);
  equal(response.pauses, 0);
  equal(response.isEnded, false);
  time.advance(400);
  equal(response.injected.join('').length, 1100);
  equal(response.isEnded, true);
});
