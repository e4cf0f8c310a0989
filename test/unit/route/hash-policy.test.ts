import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { HashPolicyView } from '../../../src/api/route.js';
import { xxHash64 } from '../../../src/base/xx-hash.js';
import { routeInput, type TestRequest, tableOf } from '../../support/route-table.js';

function policyOf(yaml: string): HashPolicyView {
  const table = tableOf(`{match: {prefix: /}, route: {cluster: c, hash_policy: [${yaml}]}}`);
  const action = table.find(routeInput({ path: '/' }))?.action;
  const policy = action?.kind === 'route' ? action.hashPolicy : null;
  if (policy === null) throw new Error('the route has no hash policy');
  return policy;
}

function hashOf(yaml: string, request: TestRequest): bigint | undefined {
  return policyOf(yaml).hash(routeInput(request), null);
}

const key = '{header: {header_name: X-Key}}';

test('a header hashes to the hash of its value, all of its values in order', () => {
  const withKeys = (...values: string[]): TestRequest => ({
    path: '/',
    fields: values.map((value) => ['x-key', value] as const),
  });
  equal(hashOf(key, withKeys('a')), xxHash64('a'));
  equal(hashOf(key, withKeys('b', 'a')), xxHash64('b', xxHash64('a')));
  equal(hashOf(key, { path: '/' }), undefined);
});

test('later policies are mixed in until a terminal one has a hash', () => {
  const request: TestRequest = { path: '/?q=1', fields: [['x-key', 'a']] };
  const query = '{query_parameter: {name: q}}';
  const first = xxHash64('a');
  const rotated = ((first << 1n) & (2n ** 64n - 1n)) | (first >> 63n);
  equal(hashOf(`${key}, ${query}`, request), rotated ^ xxHash64('1'));
  equal(hashOf(`{header: {header_name: x-key}, terminal: true}, ${query}`, request), first);
  equal(hashOf(`{header: {header_name: x-other}, terminal: true}, ${query}`, request), xxHash64('1'));
});

test('a cookie that is missing is made, with its attributes, for the response', () => {
  const yaml = `{cookie: {name: c, ttl: 90s, path: /p, attributes: [{name: Secure}, {name: SameSite, value: Lax}]}}`;
  const cookies: string[] = [];
  const input = routeInput({ path: '/' });
  const { remoteAddress, localAddress } = input.info.connection;
  const made = xxHash64(remoteAddress.text + localAddress.text)
    .toString(16)
    .padStart(16, '0');
  equal(policyOf(yaml).hash(input, cookies), xxHash64(made));
  deepEqual(cookies, [`c="${made}"; Max-Age=90; Path=/p; Secure; SameSite=Lax; HttpOnly`]);
  equal(policyOf(yaml).hash(input, null), undefined);
  equal(hashOf(yaml, { path: '/', fields: [['cookie', 'c=x']] }), xxHash64('x'));
});
