import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsrf } from '../../../../../../src/extensions/filters/http/csrf/config.js';
import { csrfFilter } from '../../../../../../src/extensions/filters/http/csrf/csrf.js';
import { originOf } from '../../../../../../src/extensions/filters/http/csrf/origin.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const enabled = 'filter_enabled: { default_value: { numerator: 100 } }';

function post(policy: string, fields: readonly [string, string][]) {
  const type = 'envoy.extensions.filters.http.csrf.v3.CsrfPolicy';
  const thread = filterThread();
  const { filter, replies } = thread.build(csrfFilter, readText(type, policy, parseCsrf).value)();
  const headers = requestHeaders('/', fields);
  headers.method = 'POST';
  filter.onRequestHeaders?.(headers, true);
  return { statuses: replies.map(({ status }) => status), stats: thread.stats };
}

test('a request of another origin is refused, and so is one without any', () => {
  const foreign = post(`{ ${enabled} }`, [['origin', 'http://evil.com']]);
  deepEqual(foreign.statuses, [403]);
  equal(foreign.stats.get('http.test.csrf.request_invalid'), 1);
  const nowhere = post(`{ ${enabled} }`, []);
  deepEqual(nowhere.statuses, [403]);
  equal(nowhere.stats.get('http.test.csrf.missing_source_origin'), 1);
});

test('own requests pass, and those of additional origins', () => {
  deepEqual(post(`{ ${enabled} }`, [['origin', 'https://example.com']]).statuses, []);
  deepEqual(post(`{ ${enabled} }`, [['referer', 'http://example.com/page']]).statuses, []);
  const friends = `{ ${enabled}, additional_origins: [{ suffix: .friend }] }`;
  deepEqual(post(friends, [['origin', 'http://a.friend']]).statuses, []);
});

test('the origin is host and port of a URL, other text as it stands', () => {
  equal(originOf('http://me@host:80/path?x#y'), 'host:80');
  equal(originOf('http://host?x'), 'host');
  equal(originOf('host'), 'host');
  equal(originOf('null'), '');
  equal(originOf(undefined), '');
});
