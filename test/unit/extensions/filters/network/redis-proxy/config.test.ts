import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { redisProxy } from '../../../../../../src/extensions/filters/network/redis-proxy/redis-proxy-filter.js';
import { readText } from '../../../../../support/config-text.js';

const needed = 'stat_prefix: p, settings: { op_timeout: 5s }';
const read = (fields: string) => readText(redisProxy.typeUrl, `{ ${needed}, ${fields} }`, redisProxy.parse);

test('without a cluster there is nothing to proxy to', () => {
  const { problems } = read('custom_commands: [a]');
  match(JSON.stringify(problems), /cannot configure a redis-proxy without any upstream/);
});

test('a prefix stands once, also where its case does not matter', () => {
  const routes = '[{ prefix: a, cluster: c }, { prefix: A, cluster: c }]';
  equal(
    JSON.stringify(read(`prefix_routes: { routes: ${routes} }`).problems).includes('already exists'),
    false,
  );
  const folded = read(`prefix_routes: { routes: ${routes}, case_insensitive: true }`);
  match(JSON.stringify(folded.problems), /prefix `A` already exists/);
});

test('every password counts, and empty ones do not', () => {
  const { value } = read(
    'prefix_routes: { catch_all_route: { cluster: c } }, downstream_auth_password: { inline_string: old }, ' +
      'downstream_auth_passwords: [{ inline_string: "" }, { inline_string: new }]',
  );
  deepEqual(value.passwords, ['old', 'new']);
});

test('settings have the defaults of Envoy', () => {
  const { value } = read('prefix_routes: { catch_all_route: { cluster: c } }');
  deepEqual(value.pool, {
    opTimeoutMs: 5000,
    hashesTags: false,
    followsRedirections: false,
    nameCache: null,
    maxUnknownConnections: 100,
    flushBytes: 0,
    flushMs: 3,
    hasCommandStats: false,
    readPolicy: 'MASTER',
    connectionsPerSecond: 0,
    version: 2,
  });
});
