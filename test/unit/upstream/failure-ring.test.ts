import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { FailureRing, failuresKept } from '../../../src/upstream/failure-ring.js';
import { autopsy } from '../../support/autopsies.js';

test('a ring remembers the last failures and counts all', () => {
  const ring = new FailureRing(32);
  deepEqual(ring.list(), []);
  for (let i = 1; i <= 40; i++) ring.add(autopsy({ attempt: i }));
  equal(ring.total, 40);
  deepEqual(
    ring.list().map(({ attempt }) => attempt),
    Array.from({ length: 32 }, (_, i) => i + 9),
  );
});

test('many clusters remember less each', () => {
  deepEqual([1, 256, 1024, 10_000].map(failuresKept), [32, 32, 8, 2]);
});
