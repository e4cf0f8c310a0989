import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRedis } from '../fuzz-redis.js';

test('broken Redis bytes are read alike however they are cut, within their limits', () => {
  ok(fuzzRedis(40_000, 3) > 1000);
});
