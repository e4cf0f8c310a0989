import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { parseStatefulSession } from '../../../../../../src/extensions/filters/http/stateful-session/config.js';
import { statefulSessionFilter } from '../../../../../../src/extensions/filters/http/stateful-session/stateful-session.js';
import { cookieSessionState } from '../../../../../../src/extensions/session-states/cookie/cookie.js';
import { readText, testRegistry } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { address, requestHeaders } from '../../../../../support/stream-info.js';
import { testHost } from '../../../../../support/test-host.js';

const cookieState = `session_state: { name: s, typed_config: {
  "@type": type.googleapis.com/envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState,
  cookie: { name: sid, path: /, ttl: 60s } } }`;

const extensions = { 'session.state': [cookieSessionState] };

function begin(config: string) {
  const thread = filterThread({}, { extensions: testRegistry(extensions) });
  const type = 'envoy.extensions.filters.http.stateful_session.v3.StatefulSession';
  const { value, problems } = readText(type, config, parseStatefulSession, extensions);
  deepEqual(problems, []);
  return { ...thread, start: thread.build(statefulSessionFilter, value) };
}

type Start = ReturnType<typeof begin>['start'];

/** One exchange that a host answered: the host that the request asked for, and the cookie it leaves. */
function exchange(start: Start, cookie: string) {
  const { filter, info } = start();
  filter.onRequestHeaders?.(requestHeaders('/', cookie === '' ? [] : [['cookie', cookie]]), true);
  info.upstreamHost = testHost(address('10.0.0.1', 80));
  const headers = new ResponseHeaders(200);
  filter.onResponseHeaders?.(headers, true);
  return { wanted: info.hostOverride, told: headers.get('set-cookie') };
}

test('the cookie of an answer leads back to its host until it expires', () => {
  const { start, time, stats } = begin(`{ ${cookieState}, strict: true, stat_prefix: own }`);
  const first = exchange(start, '');
  equal(first.wanted, null);
  const cookie = /^(sid="[^"]+"); Max-Age=60; Path=\/; HttpOnly$/.exec(first.told ?? '')?.[1] ?? '';
  const second = exchange(start, cookie);
  deepEqual(second.wanted, { address: '10.0.0.1:80', isStrict: true, missingStatus: 503 });
  equal(second.told, undefined);
  equal(stats.get('http.test.stateful_session.own.routed'), 1);
  time.advance(62_000);
  equal(exchange(start, cookie).wanted, null);
});
