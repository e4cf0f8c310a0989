import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { IdTable } from '../../../src/base/id-table.js';
import { SeededRandom } from '../../../src/base/random.js';

const stream = (id: number) => ({ id });

test('streams are found by their identifiers and listed in the order of them', () => {
  const table = new IdTable<{ readonly id: number }>();
  for (const id of [5, 1, 33, 17, 3]) table.add(stream(id));
  equal(table.size, 5);
  equal(table.get(17)?.id, 17);
  equal(table.get(7), undefined);
  deepEqual(
    table.inOrder().map(({ id }) => id),
    [1, 3, 5, 17, 33],
  );
});

test('a stream that is not there is not deleted', () => {
  const table = new IdTable<{ readonly id: number }>();
  table.add(stream(1));
  equal(table.delete(17), false);
  equal(table.delete(1), true);
  equal(table.delete(1), false);
  equal(table.size, 0);
});

test('streams that come, stay and go in any order are told apart like those of a Map', () => {
  const random = new SeededRandom(7);
  const table = new IdTable<{ readonly id: number }>();
  const expected = new Map<number, { readonly id: number }>();
  for (let id = 1; id < 20_001; id += 2) {
    const opened = stream(id);
    table.add(opened);
    expected.set(id, opened);
    for (const other of expected.keys()) {
      if (random.below(100) >= 40) break;
      equal(table.delete(other), true);
      expected.delete(other);
    }
    const asked = random.below(id + 2);
    equal(table.get(asked), expected.get(asked));
    equal(table.size, expected.size);
  }
  deepEqual(table.inOrder(), [...expected.values()]);
});

test('numbers below zero are told apart like others', () => {
  const table = new IdTable<{ readonly id: number }>();
  for (let id = -20; id < 20; id++) table.add(stream(id));
  for (let id = -20; id < 20; id += 2) equal(table.delete(id), true);
  for (let id = -20; id < 20; id++) equal(table.get(id)?.id, id % 2 === 0 ? undefined : id);
});
