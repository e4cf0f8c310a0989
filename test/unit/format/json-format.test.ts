import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plain } from '../../../src/base/plain.js';
import { compileJsonFormat, jsonFormatProblem } from '../../../src/format/json-format.js';
import { logContext, requestHeaders, streamInfo } from '../../support/stream-info.js';

const render = (json: Plain, strings = false): string => compileJsonFormat(json, { strings })(logContext());

test('a value that is one operator keeps its type, others are text', () => {
  equal(
    render({
      z: '%RESPONSE_CODE%',
      b: 'x%REQ(nope)%',
      a: '%REQ(nope)%',
      n: 5,
      f: '%RESPONSE_FLAGS%',
      c: 'plain 100%%',
    }),
    '{"a":null,"b":"x-","c":"plain 100%","f":"-","n":5,"z":200}',
  );
});

test('objects and lists nest, and keys are sorted at every level', () => {
  equal(
    render({ nest: { b: '%REQ(:METHOD)%', a: [true, null, '%PROTOCOL%'] } }),
    '{"nest":{"a":[true,null,"HTTP/1.1"],"b":"GET"}}',
  );
});

test('the old form of file loggers makes everything text', () => {
  equal(render({ code: '%RESPONSE_CODE%', none: '%REQ(nope)%' }, true), '{"code":"200","none":"-"}');
});

test('quotes, control characters and bytes beyond ASCII keep the line valid JSON', () => {
  const context = logContext({ requestHeaders: requestHeaders('/', [['x-a', 'q"\\\u0001\u00c3\u00a9']]) });
  const line = compileJsonFormat({ 'k"': '%REQ(x-a)%' })(context);
  deepEqual(JSON.parse(Buffer.from(line, 'latin1').toString('utf8')), { 'k"': 'q"\\\u0001\u00e9' });
});

test('metadata stays a structure', () => {
  const info = streamInfo({ dynamicMetadata: new Map([['ns', { k: { list: [1, 'x'] } }]]) });
  equal(compileJsonFormat({ m: '%DYNAMIC_METADATA(ns:k)%' })(logContext({ info })), '{"m":{"list":[1,"x"]}}');
});

test('a mistake is found wherever it nests', () => {
  equal(jsonFormatProblem({ a: ['fine', { b: '%FOO%' }] }), 'Not supported field in StreamInfo: FOO');
  equal(jsonFormatProblem({ a: ['fine', { b: 5 }] }), undefined);
});
