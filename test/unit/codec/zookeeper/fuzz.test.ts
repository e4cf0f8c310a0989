import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzZooKeeper } from '../../../conformance/fuzz-zookeeper.js';

test('mutated packets never throw, and are never read beyond their end', () => {
  ok(fuzzZooKeeper(10_000, 7) > 1000);
});
