import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { DescriptorBudget, openFilesLimit } from '../../../src/server/descriptor-budget.js';

test('a reserve is kept free at the end of the table, smaller in a small one', () => {
  const large = new DescriptorBudget(1024);
  equal(large.allows(959), true);
  equal(large.allows(960), false);
  const small = new DescriptorBudget(80);
  equal(small.allows(69), true);
  equal(small.allows(70), false);
});

test('the limit is read from the kernel, and is none where it cannot be', () => {
  equal(
    openFilesLimit(() => 'Max processes 5 5\nMax open files            1048 4096 files\n'),
    1048,
  );
  equal(
    openFilesLimit(() => {
      throw new Error('ENOENT');
    }),
    Number.MAX_SAFE_INTEGER,
  );
});
