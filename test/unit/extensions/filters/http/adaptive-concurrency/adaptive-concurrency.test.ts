import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { adaptiveConcurrencyFilter } from '../../../../../../src/extensions/filters/http/adaptive-concurrency/adaptive-concurrency.js';
import { parseAdaptiveConcurrency } from '../../../../../../src/extensions/filters/http/adaptive-concurrency/config.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const type = 'envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency';

function begin(minRtt: string, values: { readonly [key: string]: number } = {}) {
  const config = `{ gradient_controller_config: {
    concurrency_limit_params: { concurrency_update_interval: 0.1s },
    min_rtt_calc_params: { ${minRtt} } } }`;
  const thread = filterThread(values, { threadIndex: 1 });
  const { value, problems } = readText(type, config, parseAdaptiveConcurrency);
  deepEqual(problems, []);
  const start = thread.build(adaptiveConcurrencyFilter, value);
  const request = () => {
    const { filter, replies } = start();
    filter.onRequestHeaders?.(requestHeaders('/'), true);
    return {
      filter,
      refused: replies[0]?.status,
      finish: () => filter.onResponseHeaders?.(new ResponseHeaders(200), true),
    };
  };
  const gauge = (name: string) =>
    thread.stats.get(`http.test.adaptive_concurrency.gradient_controller.${name}`);
  return { ...thread, request, gauge };
}

test('while the least time is measured, few requests are let in', () => {
  const { request, gauge } = begin('interval: 60s, min_concurrency: 2');
  const first = request();
  request();
  equal(request().refused, 503);
  equal(gauge('rq_blocked'), 1);
  equal(gauge('min_rtt_calculation_active'), 1);
  first.filter.onDestroy?.();
  equal(request().refused, undefined);
});

test('the limit grows while answers take as long as the least time, and falls when they take longer', () => {
  const { request, gauge, time } = begin('interval: 60s, request_count: 2, jitter: { value: 0 }');
  const serve = (ms: number, times: number): void => {
    for (let i = 0; i < times; i++) {
      const { finish } = request();
      time.advance(ms);
      finish();
    }
  };
  serve(10, 2);
  equal(gauge('min_rtt_msecs'), 10);
  equal(gauge('min_rtt_calculation_active'), 0);
  equal(gauge('concurrency_limit'), 3);
  serve(10, 5);
  time.advance(110);
  equal(gauge('sample_rtt_msecs'), 10);
  const grown = gauge('concurrency_limit') ?? 0;
  equal(grown, 5);
  serve(40, 2);
  time.advance(110);
  equal(gauge('concurrency_limit'), 4);
  time.advance(60_000);
  equal(gauge('min_rtt_calculation_active'), 1);
  equal(gauge('concurrency_limit'), 3);
});

test('a fixed time is not measured', () => {
  const { gauge } = begin('fixed_value: 0.02s');
  equal(gauge('min_rtt_msecs'), 20);
  equal(gauge('min_rtt_calculation_active'), undefined);
});

test('neither an interval nor a fixed time is a mistake', () => {
  const config = `{ gradient_controller_config: {
    concurrency_limit_params: { concurrency_update_interval: 0.1s }, min_rtt_calc_params: { request_count: 1 } } }`;
  deepEqual(readText(type, config, parseAdaptiveConcurrency).problems, [
    'adaptive_concurrency: neither `concurrency_update_interval` nor `fixed_value` set',
  ]);
});
