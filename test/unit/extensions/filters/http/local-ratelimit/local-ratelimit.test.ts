import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HeadersStatus } from '../../../../../../src/api/http-filter.js';
import { ResponseFlag } from '../../../../../../src/api/response-flags.js';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { parseLocalRateLimit } from '../../../../../../src/extensions/filters/http/local-ratelimit/config.js';
import { localRateLimitFilter } from '../../../../../../src/extensions/filters/http/local-ratelimit/local-ratelimit.js';
import { readText } from '../../../../../support/config-text.js';
import { fieldsOf, filterThread } from '../../../../../support/filter-stream.js';
import { connectionInfo, requestHeaders } from '../../../../../support/stream-info.js';

const type = 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit';
const always = '{ default_value: { numerator: 100 } }';
const bucket = 'stat_prefix: lr\ntoken_bucket: { max_tokens: 2, fill_interval: 60s }';

function read(text: string) {
  return readText(type, text, parseLocalRateLimit);
}

function config(text: string) {
  const { value, problems } = read(text);
  deepEqual(problems, []);
  return value;
}

test('a filter that is not enabled passes everything and counts nothing', () => {
  const { build, stats } = filterThread();
  const start = build(localRateLimitFilter, config(bucket));
  for (let i = 0; i < 5; i++)
    equal(start().filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
  deepEqual([...stats], []);
});

test('requests beyond the bucket are refused with 429, the flag RL and the configured headers', () => {
  const { build, stats, time } = filterThread();
  const text = `${bucket}
filter_enabled: ${always}
filter_enforced: ${always}
enable_x_ratelimit_headers: DRAFT_VERSION_03
enable_retry_after_header: true
response_headers_to_add: [{ header: { key: x-limited, value: "by %PROTOCOL%" } }]`;
  const start = build(localRateLimitFilter, config(text));
  equal(start().filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
  equal(start().filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
  const { filter, replies } = start();
  equal(filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Stop);
  const [reply] = replies;
  equal(reply?.status, 429);
  equal(reply?.body, 'local_rate_limited');
  equal(reply?.options.details, 'local_rate_limited');
  equal(reply?.options.flags, ResponseFlag.rateLimited);
  deepEqual(fieldsOf(reply?.headers as ResponseHeaders), ['x-limited: by HTTP/1.1', 'retry-after: 60']);
  const answer = new ResponseHeaders(429);
  filter.onResponseHeaders?.(answer, true);
  deepEqual(fieldsOf(answer), ['x-ratelimit-limit: 2', 'x-ratelimit-remaining: 0', 'x-ratelimit-reset: 60']);
  deepEqual(Object.fromEntries(stats), {
    'lr.http_local_rate_limit.enabled': 3,
    'lr.http_local_rate_limit.ok': 2,
    'lr.http_local_rate_limit.rate_limited': 1,
    'lr.http_local_rate_limit.enforced': 1,
  });
  time.advance(60_000);
  equal(start().filter.onRequestHeaders?.(requestHeaders('/'), true), HeadersStatus.Continue);
});

test('what is limited and not enforced passes with the headers that say so', () => {
  const { build, stats } = filterThread();
  const text = `${bucket}
filter_enabled: ${always}
request_headers_to_add_when_not_enforced: [{ header: { key: x-over, value: "yes" } }]`;
  const start = build(localRateLimitFilter, config(text));
  for (let i = 0; i < 2; i++) start().filter.onRequestHeaders?.(requestHeaders('/'), true);
  const headers = requestHeaders('/');
  equal(start().filter.onRequestHeaders?.(headers, true), HeadersStatus.Continue);
  equal(headers.get('x-over'), 'yes');
  equal(stats.get('lr.http_local_rate_limit.enforced'), undefined);
});

test("a route's configuration has a bucket and counters of its own", () => {
  const { build, stats } = filterThread();
  const start = build(localRateLimitFilter, config('stat_prefix: own'));
  const route = config(
    `stat_prefix: route\ntoken_bucket: { max_tokens: 1, fill_interval: 1s }\nfilter_enabled: ${always}\nfilter_enforced: ${always}\nstatus: { code: ServiceUnavailable }`,
  );
  start([route]).filter.onRequestHeaders?.(requestHeaders('/'), true);
  const { filter, replies } = start([route]);
  filter.onRequestHeaders?.(requestHeaders('/'), true);
  equal(replies[0]?.status, 503);
  equal(stats.get('route.http_local_rate_limit.rate_limited'), 1);
});

test('each downstream connection has a bucket of its own where the configuration says so', () => {
  const { build } = filterThread();
  const text = `${bucket}\nlocal_rate_limit_per_downstream_connection: true\nfilter_enabled: ${always}\nfilter_enforced: ${always}`;
  const start = build(localRateLimitFilter, config(text));
  const [one, two] = [connectionInfo(), connectionInfo()];
  const answers = [one, one, one, two].map((connection) =>
    start([], connection).filter.onRequestHeaders?.(requestHeaders('/'), true),
  );
  deepEqual(answers, [
    HeadersStatus.Continue,
    HeadersStatus.Continue,
    HeadersStatus.Stop,
    HeadersStatus.Continue,
  ]);
});

test('a fill interval below 50 ms is refused, a status below 400 becomes 429', () => {
  const short = read('stat_prefix: a\ntoken_bucket: { max_tokens: 1, fill_interval: 0.049s }');
  deepEqual(short.problems, ['local rate limit token bucket fill timer must be >= 50ms']);
  equal(read('stat_prefix: a\nstatus: { code: OK }').value.status, 429);
});

test('stages, keys and limits have no place in the limits of the filter itself', () => {
  for (const field of ['stage: 1', 'disable_key: k', 'limit: { rate_limit: {} }']) {
    const text = `stat_prefix: a\nrate_limits: [{ ${field}, actions: [{ remote_address: {} }] }]`;
    equal(read(text).problems.length, 1, field);
  }
});

test('values that a wildcard meets have buckets of their own, as many as may be', () => {
  const { build, time } = filterThread();
  const text = `stat_prefix: a
filter_enabled: ${always}
filter_enforced: ${always}
max_dynamic_descriptors: 2
descriptors: [{ entries: [{ key: a }], token_bucket: { max_tokens: 1, fill_interval: 3600s } }]
rate_limits: [{ actions: [{ request_headers: { header_name: x-a, descriptor_key: a } }] }]`;
  const start = build(localRateLimitFilter, config(text));
  const ask = (value: string) => {
    time.advance(1);
    return start().filter.onRequestHeaders?.(requestHeaders('/', [['x-a', value]]), true);
  };
  deepEqual(
    ['one', 'one', 'two', 'two', 'three', 'two', 'one'].map(ask),
    [0, 2, 0, 2, 0, 2, 0].map((status) => status as HeadersStatus),
  );
});
