import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzMongo } from '../../../conformance/fuzz-mongo.js';

test('mutated messages never throw, read the same whole and in pieces, and are shown as JSON', () => {
  ok(fuzzMongo(10_000, 7) > 1000);
});
