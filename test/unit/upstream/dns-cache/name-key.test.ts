import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { hostInState, nameKey, portInState, splitHost } from '../../../../src/upstream/dns-cache/name-key.js';

test('a host is a name and a port, which may go without saying', () => {
  deepEqual(splitHost('a.test', 80), { name: 'a.test', port: 80 });
  deepEqual(splitHost('a.test:8080', 80), { name: 'a.test', port: 8080 });
  deepEqual(splitHost('[::1]:8080', 80), { name: '::1', port: 8080 });
  deepEqual(splitHost('[::1]', 443), { name: '::1', port: 443 });
});

test('what is no port belongs to the name, which then is none', () => {
  deepEqual(splitHost('a.test:99999', 80), { name: 'a.test:99999', port: 80 });
  deepEqual(splitHost('a.test:x', 80), { name: 'a.test:x', port: 80 });
});

test('keys have IPv6 addresses in brackets, and case as it came', () => {
  equal(nameKey({ name: '::1', port: 80 }), '[::1]:80');
  equal(nameKey({ name: 'A.test', port: 80 }), 'A.test:80');
});

test('filter state names a host and a port, or neither', () => {
  const state = new Map<string, unknown>([
    ['envoy.upstream.dynamic_host', 'a.test'],
    ['envoy.upstream.dynamic_port', '81'],
  ]);
  deepEqual([hostInState(state), portInState(state)], ['a.test', 81]);
  deepEqual([hostInState(null), portInState(new Map([['envoy.upstream.dynamic_port', '0']]))], ['', 0]);
});
