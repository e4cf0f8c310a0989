import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  limitHeaders,
  retryAfter,
} from '../../../../../../src/extensions/filters/http/ratelimit/limit-headers.js';

const status = (remaining: number, unit: number, name = '', isOverLimit = false) => ({
  isOverLimit,
  limit: { requestsPerUnit: 10 * unit, unit, name },
  remaining,
  resetSeconds: 60 + remaining,
});
const unlimited = { isOverLimit: false, limit: null, remaining: 0, resetSeconds: 0 };

test('the limit with the least left speaks for all, and the policy names each that has a window', () => {
  deepEqual(limitHeaders([status(5, 1), unlimited, status(2, 2, 'n'), status(2, 0)]), [
    ['x-ratelimit-limit', '20, 10;w=1, 20;w=60;name="n"'],
    ['x-ratelimit-remaining', '2'],
    ['x-ratelimit-reset', '62'],
  ]);
});

test('without a limit there is nothing to tell', () => {
  deepEqual(limitHeaders([unlimited]), []);
  deepEqual(limitHeaders([]), []);
});

test('clients come back when every limit that was reached lets them, not sooner than in a second', () => {
  equal(retryAfter([status(5, 1), unlimited]), 0);
  equal(retryAfter([status(0, 1, '', true), status(9, 1), status(3, 1, '', true)]), 63);
  equal(retryAfter([{ ...unlimited, isOverLimit: true }]), 1);
});
