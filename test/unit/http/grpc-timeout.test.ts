import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestHeaders } from '../../../src/base/header-map.js';
import { takeGrpcTimeout } from '../../../src/http/grpc-timeout.js';

function taken(text: string | undefined, maxMs = 0, offsetMs = 0): [number | undefined, string | undefined] {
  const headers = new RequestHeaders();
  if (text !== undefined) headers.add('grpc-timeout', text);
  return [takeGrpcTimeout(headers, { maxMs, offsetMs }), headers.get('grpc-timeout')];
}

test('every unit is told in milliseconds, rounded up', () => {
  deepEqual(taken('2H'), [7_200_000, '7200000m']);
  deepEqual(taken('3M'), [180_000, '180000m']);
  deepEqual(taken('4S'), [4000, '4000m']);
  deepEqual(taken('5m'), [5, '5m']);
  deepEqual(taken('1500u'), [2, '2m']);
  deepEqual(taken('1n'), [1, '1m']);
});

test('what is left under the limit and without the offset is told', () => {
  deepEqual(taken('10S', 1000), [1000, '1000m']);
  deepEqual(taken('10S', 0, 500), [9500, '9500m']);
  deepEqual(taken('1m', 0, 500), [0, '0m']);
});

test('what cannot be read holds nothing and passes as it is', () => {
  for (const text of ['', '5', 'm', '123456789m', '5x', '-1m']) deepEqual(taken(text), [undefined, text]);
  deepEqual(taken(undefined), [undefined, undefined]);
});
