import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { grpcTimeoutText } from '../../../../src/codec/grpc/timeout-text.js';

test('the unit of a timeout grows so that eight digits are enough', () => {
  equal(grpcTimeoutText(0), '0m');
  equal(grpcTimeoutText(0.001), '1m');
  equal(grpcTimeoutText(99_999_999), '99999999m');
  equal(grpcTimeoutText(100_000_000), '100000S');
  equal(grpcTimeoutText(100_000_000_000), '1666666M');
  equal(grpcTimeoutText(1e16), '99999999H');
});
