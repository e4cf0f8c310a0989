import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { IdleCloses } from '../../../../src/upstream/pool/idle-closes.js';

test('the shortest idle time of all and the median of the last few are learned', () => {
  const closes = new IdleCloses();
  equal(closes.view(), null);
  closes.note(100);
  deepEqual(closes.view(), { count: 1, minMs: 100, typicalMs: 100 });
  for (let i = 0; i < 40; i++) closes.note(5000 + i);
  deepEqual(closes.view(), { count: 41, minMs: 100, typicalMs: 5024 });
});
