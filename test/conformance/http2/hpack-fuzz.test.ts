import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzHpack } from '../fuzz-hpack.js';

test('header blocks decode as they were encoded, and bent ones throw nothing', () => {
  ok(fuzzHpack(20_000, 3) > 1000);
});
