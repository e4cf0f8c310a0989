import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { indentJson } from '../../../src/admin/json-indent.js';
import { indented } from '../../../src/admin/list-text.js';

const values: readonly unknown[] = [
  {},
  [],
  { a: {}, b: [], c: [[], {}], d: null, e: true, f: -1.5e3, g: '' },
  { 'quote " and \\': 'braces {}[],: and \\" \n end\\' },
  [1, [2, [3, { deep: ['x', { y: 'ä€' }] }]]],
  'text',
];

for (const value of values) {
  const text = JSON.stringify(value);
  test(`${text} is printed as JSON.stringify would`, () => {
    for (const level of [0, 4]) {
      equal([...indentJson(text, level)].join(''), indented(value, level));
      equal([...indentJson(JSON.stringify(value, null, 3), level)].join(''), indented(value, level));
    }
  });
}

test('a long text comes in pieces of a few kilobytes', () => {
  const routes = Array.from({ length: 10_000 }, (_, i) => ({
    match: { prefix: `/r${i}` },
    route: { cluster: `c${i}` },
  }));
  const pieces = [...indentJson(JSON.stringify({ routes }), 0)];
  ok(pieces.length > 100 && pieces.every((piece) => piece.length < 10_000), `${pieces.length} pieces`);
});
