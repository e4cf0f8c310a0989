import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Plain } from '../../../../src/base/plain.js';
import { StructNode } from '../../../../src/config/node/struct-node.js';

function nodeOver(object: { readonly [key: string]: Plain }) {
  const errors: string[] = [];
  const warnings: string[] = [];
  const node = new StructNode('acme.Filter', object, {
    origin: { source: 'f.yaml', line: 3, column: 5, path: 'http_filters[0].typed_config' },
    error: (text) => void errors.push(text),
    warn: (text) => void warnings.push(text),
    needs: { secret: () => undefined, cluster: () => undefined },
  });
  return { node, errors, warnings };
}

test('fields are read as the types they are asked for with', () => {
  const { node, errors } = nodeOver({
    s: 'a',
    n: 5,
    b: true,
    d: '1.5s',
    list: ['x', 'y'],
    m: { inner: { deep: 1 } },
    items: [{ k: 1 }, { k: 2 }],
    names: { a: 'b' },
    free: [1, 'two'],
  });
  deepEqual(
    [node.string('s'), node.number('n'), node.bool('b'), node.duration('d', 0)],
    ['a', 5, true, 1500],
  );
  deepEqual(node.strings('list'), ['x', 'y']);
  equal(node.message('m')?.message('inner')?.number('deep'), 1);
  deepEqual(
    node.list('items').map((item) => item.number('k')),
    [1, 2],
  );
  deepEqual([...node.stringMap('names')], [['a', 'b']]);
  deepEqual(node.struct('free'), [1, 'two']);
  node.finish();
  deepEqual(errors, []);
});

test('absent fields are their fallbacks, and null counts as absent', () => {
  const { node, errors } = nodeOver({ gone: null });
  deepEqual(
    [
      node.string('gone', 'x'),
      node.number('a', 7),
      node.duration('b', 9),
      node.has('gone'),
      node.message('c'),
    ],
    ['x', 7, 9, false, undefined],
  );
  deepEqual(errors, []);
});

test('a value of another type and a field that nobody read are told with their path', () => {
  const { node, errors } = nodeOver({ n: 'five', m: { typo: 1 }, lists: 3, timeut: '1s' });
  node.number('n');
  node.strings('lists');
  node.duration('timeout', 0);
  node.message('m')?.string('type');
  node.finish();
  deepEqual(errors, [
    'value.n: expected a number, found "five"',
    'value.lists: expected a list of strings, found 3',
    'unknown field "timeut" of acme.Filter; did you mean "timeout"?',
    'value.m: unknown field "typo" of acme.Filter; did you mean "type"?',
  ]);
});

test('a struct that is kept whole has no unknown fields', () => {
  const { node, errors } = nodeOver({ anything: 1 });
  node.honourAll();
  node.finish();
  deepEqual(errors, []);
});
