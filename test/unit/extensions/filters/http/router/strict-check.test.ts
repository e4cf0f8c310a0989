import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestHeaders } from '../../../../../../src/base/header-map.js';
import { findInvalid } from '../../../../../../src/extensions/filters/http/router/strict-check.js';

function headersWith(name: string, ...values: string[]): RequestHeaders {
  const headers = new RequestHeaders();
  for (const value of values) headers.add(name, value);
  return headers;
}

test('timeouts and counts are unsigned numbers of 64 bits', () => {
  const name = 'x-envoy-max-retries';
  for (const good of ['0', '3', '+3', ' 3 ', '18446744073709551615'])
    equal(findInvalid(headersWith(name, good), [name]), null, good);
  for (const bad of ['', '-1', '1.5', '0x1', '18446744073709551616', '3 4'])
    deepEqual(findInvalid(headersWith(name, bad), [name]), { name, value: bad });
});

test('repeated headers are one value', () => {
  const name = 'x-envoy-max-retries';
  deepEqual(findInvalid(headersWith(name, '1', '2'), [name]), { name, value: '1,2' });
});

test('every word of a retry condition must be known', () => {
  const name = 'x-envoy-retry-on';
  equal(findInvalid(headersWith(name, '5xx, reset,'), [name]), null);
  deepEqual(findInvalid(headersWith(name, '5xx,cancelled'), [name]), { name, value: '5xx,cancelled' });
  equal(findInvalid(headersWith('x-envoy-retry-grpc-on', 'cancelled'), ['x-envoy-retry-grpc-on']), null);
});

test('the first of the configured headers is told, others may be anything', () => {
  const headers = headersWith('x-envoy-retry-on', 'what');
  headers.add('x-envoy-max-retries', 'what');
  equal(findInvalid(headers, ['x-envoy-retry-grpc-on']), null);
  equal(findInvalid(headers, ['x-envoy-max-retries', 'x-envoy-retry-on'])?.name, 'x-envoy-max-retries');
});
