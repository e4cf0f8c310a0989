import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseMongoProxy } from '../../../../../../src/extensions/filters/network/mongo-proxy/config.js';
import { MongoProxy } from '../../../../../../src/extensions/filters/network/mongo-proxy/mongo-proxy.js';
import { mongoProxy } from '../../../../../../src/extensions/filters/network/mongo-proxy/mongo-proxy-filter.js';
import { readText } from '../../../../../support/config-text.js';
import { logScope } from '../../../../../support/log-scope.js';

const read = (text: string) => readText(mongoProxy.typeUrl, text, parseMongoProxy);

test('every field is read', () => {
  const { value, problems, unsupported } = read(`
    stat_prefix: p
    access_log: /log
    delay: { fixed_delay: 0.0205s, percentage: { numerator: 5, denominator: TEN_THOUSAND } }
    emit_dynamic_metadata: true
    commands: [count]
    max_bson_depth: 7
  `);
  deepEqual([...problems, ...unsupported], []);
  deepEqual(value, {
    statPrefix: 'p',
    accessLogPath: '/log',
    delay: {
      ms: 20,
      fraction: { numerator: 5, denominator: 10_000, runtimeKey: 'mongo.fault.fixed_delay.percent' },
    },
    emitsMetadata: true,
    commands: ['count'],
    maxDepth: 7,
  });
});

test('what is left out has the defaults of Envoy', () => {
  const { value } = read('stat_prefix: p');
  deepEqual(value.commands, ['delete', 'insert', 'update']);
  deepEqual([value.delay, value.maxDepth, value.accessLogPath], [null, 100, '']);
});

test('a delay without a share delays nothing, and one by headers is none', () => {
  equal(read('{ stat_prefix: p, delay: { fixed_delay: 1s } }').value.delay?.fraction.numerator, 0);
  equal(read('{ stat_prefix: p, delay: { header_delay: {} } }').value.delay, null);
});

test('the stat prefix is required', () => {
  equal(read('{}').problems.length, 1);
});

test('what all connections keep together has a limit', () => {
  const context = {
    listenerName: 'main',
    listenerStatPrefix: 'listener.main',
    bufferLimitBytes: 1,
    trafficDirection: 'UNSPECIFIED',
  } as const;
  const proxy = new MongoProxy(read('stat_prefix: p').value, logScope().scope, context);
  equal(proxy.keep(200 << 20), true);
  equal(proxy.keep(100 << 20), false);
  equal(proxy.keep(-(100 << 20)), true);
  equal(proxy.keep(50 << 20), true);
});
