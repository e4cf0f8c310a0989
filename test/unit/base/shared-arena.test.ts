import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { SharedArena } from '../../../src/base/shared-arena.js';
import { SharedSlots } from '../../../src/base/shared-slots.js';

const rowsBytes = 8 * 64;

function arenas(): readonly [SharedArena, SharedArena] {
  const buffer = new SharedArrayBuffer(rowsBytes + 100);
  const arena = () => new SharedArena(new SharedSlots(buffer, 8), buffer, rowsBytes);
  return [arena(), arena()];
}

test('every thread finds the same bytes under a name, and others under another', () => {
  const [one, two] = arenas();
  one.find('a', 40)?.fill(1);
  two.find('b', 40)?.fill(2);
  deepEqual([...new Set(two.find('a', 40))], [1]);
  deepEqual([...new Set(one.find('b', 40))], [2]);
  equal(one.find('a', 40)?.length, 40);
});

test('what does not fit is told so, to everybody', () => {
  const [one, two] = arenas();
  equal(one.find('large', 101), null);
  equal(two.find('large', 101), null);
});
