import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { NameSpelling } from '../../../src/base/name-spelling.js';

test('the first spelling of a name counts, and names that were not there have none', () => {
  const spelling = new NameSpelling({ forwardsReason: false, isProperByDefault: true });
  spelling.note('x-a', 'X-a');
  spelling.note('x-a', 'x-A');
  equal(spelling.of('x-a'), 'X-a');
  equal(spelling.of('x-b'), undefined);
  equal(spelling.isProperByDefault, true);
});
