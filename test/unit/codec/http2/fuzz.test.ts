import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzHttp2 } from '../../../conformance/fuzz-http2.js';

test('mutated frames never throw, and read the same whole and in pieces', () => {
  ok(fuzzHttp2(3000, 7) > 50);
});
