import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import type { SourceNode } from '../../../src/config/source/source-node.js';
import { SourceSyntaxError } from '../../../src/config/source/source-text.js';
import { plainScalar } from '../../../src/config/source/yaml-plain.js';
import { YamlReader } from '../../../src/config/source/yaml-reader.js';

type Plain = string | null | readonly Plain[] | { readonly [key: string]: Plain };

function plain(node: SourceNode): Plain {
  if (node.kind === 'scalar') return node.sort === 'null' ? null : node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
}

const read = (text: string): Plain => plain(new YamlReader(text).read());

const DOCUMENTS: readonly (readonly [string, string, Plain])[] = [
  [
    'lists at the column of their key',
    'a:\n- x\n- k: v\n  l: w\n-\n  - z\nb: 1\n',
    { a: ['x', { k: 'v', l: 'w' }, ['z']], b: '1' },
  ],
  ['lists in lists on one line', '- - a\n  - - b\n- c\n', [['a', ['b']], 'c']],
  ['literal blocks', 'a: |\n  x\n   y\n\n  z\nb: |-\n  w\n', { a: 'x\n y\n\nz\n', b: 'w' }],
  [
    'folded blocks',
    'a: >-\n  one\n  two\n\n  three\n   more\n  four\n',
    { a: 'one two\nthree\n more\nfour' },
  ],
  ['kept line feeds at the end of a block', 'a: |+\n  x\n\nb: c\n', { a: 'x\n\n', b: 'c' }],
  ['blocks of stated indentation', 'a: |2\n   x\n  y\n', { a: ' x\ny\n' }],
  ['escapes', '"a\\n\\x41\\u00e9\\"": "b\\\n   c"\n', { 'a\nAé"': 'bc' }],
  ['single quotes', "a: 'it''s\n  here'\n", { a: "it's here" }],
  ['plain text over lines', 'a: one\n  two\n\n  three\nb: x\n', { a: 'one two\nthree', b: 'x' }],
  ['colons and hashes inside plain text', 'a: http://h:80/p#q\nb: x # y\n', { a: 'http://h:80/p#q', b: 'x' }],
  [
    'flow styles over lines',
    'a: [1x, {b: c,\n  "d":e, f}, g h,]\nk: {}\n',
    { a: ['1x', { b: 'c', d: 'e', f: null }, 'g h'], k: {} },
  ],
  ['single pairs in flow lists', 'a: [b: c]\n', { a: [{ b: 'c' }] }],
  [
    'anchors on every kind of node',
    'a: &m\n  b: &s x\nc: *m\nd: [*s]\n',
    { a: { b: 'x' }, c: { b: 'x' }, d: ['x'] },
  ],
  ['keys are as written', 'y: 1\na: {0x10: a, on: b}\n', { y: '1', a: { '0x10': 'a', on: 'b' } }],
  ['explicit keys', '? a\n: b\n? c\n', { a: 'b', c: null }],
  ['directives, markers and later documents', '%YAML 1.2\n---\na: b\n...\nc: d\n', { a: 'b' }],
  ['carriage returns', 'a:\r\n  b: "c"\r\n  d: e\r\n', { a: { b: 'c', d: 'e' } }],
  ['comments everywhere', '# x\na: # y\n  # z\n  b: c\n# w\n', { a: { b: 'c' } }],
  ['nothing', '# x\n', null],
];

for (const [name, text, expected] of DOCUMENTS) test(`YAML: ${name}`, () => deepEqual(read(text), expected));

const REFUSED: readonly (readonly [string, string, number])[] = [
  ['tabs as indentation', 'a:\n\tb: c\n', 3],
  ['a string without end', 'a: "b\n', 3],
  ['a list without end', 'a: [b\n', 3],
  ['two keys on a line', 'a: b: c\n', 4],
  ['a line indented by accident', 'a: b\n  c: d\n', 7],
  ['an alias without anchor', 'a: *b\n', 3],
  ['text after a quoted value', 'a: "b" c\n', 7],
  ['an unknown escape', 'a: "\\q"\n', 4],
  ['a line that is no key', 'a: b\nc\n', 5],
];

for (const [name, text, offset] of REFUSED) {
  test(`YAML refuses ${name} and says where`, () => {
    throws(() => read(text), { name: 'SourceSyntaxError', offset });
  });
}

test('aliases cannot unfold a small file into a huge one', () => {
  const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
  for (let i = 1; i < 9; i++)
    lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(',')}]`);
  throws(() => new YamlReader(lines.join('\n')).read(), /too many values/);
});

test('deep nesting is refused, not a crash', () => {
  throws(() => new YamlReader('['.repeat(100_000)).read(), SourceSyntaxError);
});

const leaf = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('a b', 'x: y', '- z', "it's", '#c', 'multi\nline\n', ' lead', 'trail ', 'a\n\n b\nc'),
);
const key = fc.oneof(fc.stringMatching(/^[a-z_]{1,8}$/), fc.constantFrom('a b', 'c:d', "q'q"));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
  ),
}));

/** Takes out what only our reader does: booleans, numbers and nulls are told from strings. */
function unresolved(_key: string, value: unknown): unknown {
  if (value === null) return '';
  return typeof value === 'string' ? plainScalar(value, 0).text : value;
}

test('what the yaml package prints is read back the same', () => {
  const options = fc.record({
    indentSeq: fc.boolean(),
    indent: fc.constantFrom(2, 4),
    collectionStyle: fc.constantFrom('any' as const, 'flow' as const),
  });
  fc.assert(
    fc.property(tree, options, (value, style) => {
      const text = stringify(value, { schema: 'failsafe', ...style });
      const expected: unknown = parse(text, { schema: 'failsafe' });
      // The package itself is the judge of what its text means.
      equal(JSON.stringify(read(text), unresolved), JSON.stringify(expected, unresolved));
    }),
    { numRuns: 300, seed: 7 },
  );
});
