import { equal, notEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSlots } from '../../../src/base/shared-slots.js';

test('each name has words of its own, zero at first, until the table is full', () => {
  const slots = new SharedSlots(SharedSlots.allocate(3));
  const found = ['a', 'b', 'c'].map((name) => slots.find(name));
  for (const [i, words] of found.entries()) {
    equal(words?.length, 7);
    equal(words?.[0], 0n);
    if (words) words[0] = BigInt(i);
  }
  equal(slots.find('d'), null);
  equal(slots.find('b')?.[0], 1n);
  notEqual(found[0]?.byteOffset, found[1]?.byteOffset);
});
