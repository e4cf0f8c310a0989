import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeadersStatus, type HttpFilterContext } from '../../../../../../src/api/http-filter.js';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { parseHealthCheck } from '../../../../../../src/extensions/filters/http/health-check/config.js';
import { healthCheckFilter } from '../../../../../../src/extensions/filters/http/health-check/health-check.js';
import { KeptAnswer } from '../../../../../../src/extensions/filters/http/health-check/kept-answer.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

type Members = { total: number; healthy: number; degraded: number };

function begin(config: string, isFailed = false, members: { [cluster: string]: Members } = {}) {
  const type = 'envoy.extensions.filters.http.health_check.v3.HealthCheck';
  const { value, problems } = readText(type, config, parseHealthCheck);
  deepEqual(problems, []);
  const parts = {
    drain: { isHealthCheckFailed: isFailed, shouldClose: () => false },
    node: { id: '', cluster: 'own', zone: '', localAddress: '' },
    clusters: {
      get: (name: string) => (members[name] === undefined ? null : { membership: () => members[name] }),
    },
  };
  const thread = filterThread({}, parts as unknown as Partial<HttpFilterContext>);
  return { ...thread, start: thread.build(healthCheckFilter, value) };
}

const onPath = 'headers: [{ name: ":path", string_match: { exact: /hc } }]';

function detailsOf(config: string, isFailed = false, members: { [cluster: string]: Members } = {}) {
  const { filter, replies } = begin(config, isFailed, members).start();
  equal(filter.onRequestHeaders?.(requestHeaders('/hc'), true), HeadersStatus.Stop);
  return replies.map(({ status, options }) => `${status} ${options.details}`).join();
}

test('a check is answered here, other requests pass', () => {
  const config = `{ pass_through_mode: false, ${onPath} }`;
  equal(detailsOf(config), '200 health_check_ok');
  equal(detailsOf(config, true), '503 health_check_failed');
  const { start, stats } = begin(config);
  const other = start();
  equal(other.filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
  equal(other.info.isHealthCheck, false);
  equal(stats.size, 0);
});

test('clusters decide by the share of their hosts that are well', () => {
  const config = `{ pass_through_mode: false, cluster_min_healthy_percentages: { c: { value: 50 } } }`;
  equal(detailsOf(config), '503 health_check_failed_no_cluster_found');
  equal(
    detailsOf(config, false, { c: { total: 0, healthy: 0, degraded: 0 } }),
    '503 health_check_failed_cluster_empty',
  );
  equal(
    detailsOf(config, false, { c: { total: 4, healthy: 1, degraded: 1 } }),
    '200 health_check_ok_cluster_healthy',
  );
  equal(
    detailsOf(config, false, { c: { total: 4, healthy: 1, degraded: 0 } }),
    '503 health_check_failed_cluster_unhealthy',
  );
});

test('the answer of the service is kept for a period, with its degradation', () => {
  const { start, time, stats } = begin(`{ pass_through_mode: true, cache_time: 1s, ${onPath} }`);
  const first = start();
  equal(first.filter.onRequestHeaders?.(requestHeaders('/hc'), true), HeadersStatus.Continue);
  const headers = new ResponseHeaders(201);
  headers.add('x-envoy-degraded', '');
  first.filter.onResponseHeaders?.(headers, true);
  deepEqual(fieldsOf(headers), ['x-envoy-degraded: ', 'x-envoy-upstream-healthchecked-cluster: own']);
  const second = start();
  second.filter.onRequestHeaders?.(requestHeaders('/hc'), true);
  deepEqual(
    second.replies.map(({ status, options }) => [status, options.details, options.headers]),
    [[201, 'health_check_cached', [['x-envoy-degraded', '']]]],
  );
  equal(stats.get('http.test.health_check.degraded'), 1);
  time.advance(1000);
  equal(start().filter.onRequestHeaders?.(requestHeaders('/hc'), true), HeadersStatus.Continue);
});

test('every response says that the server is to be left alone once its health check was failed', () => {
  const { filter } = begin(`{ pass_through_mode: true, ${onPath} }`, true).start();
  const headers = new ResponseHeaders(200);
  filter.onResponseHeaders?.(headers, true);
  deepEqual(fieldsOf(headers), ['x-envoy-immediate-health-check-fail: true']);
});

test('a kept answer survives its word, in the period alone', () => {
  const kept = new KeptAnswer(new BigInt64Array(1), 50);
  equal(kept.get(10), null);
  kept.set({ status: 503, isDegraded: true }, 120);
  deepEqual(kept.get(149), { status: 503, isDegraded: true });
  equal(kept.get(150), null);
});
