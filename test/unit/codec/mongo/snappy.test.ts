import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { unsnappy } from '../../../../src/codec/mongo/snappy.js';

function undo(hex: string, length: number): string | null {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  return unsnappy(bytes, 0, bytes.length, length)?.toString('latin1') ?? null;
}

const literal = (text: string): string =>
  Buffer.concat([Buffer.from([(text.length - 1) << 2]), Buffer.from(text)]).toString('hex');

test('literals of every way to tell their length', () => {
  equal(undo(`05 ${literal('hello')}`, 5), 'hello');
  equal(undo(`05 f004 ${Buffer.from('hello').toString('hex')}`, 5), 'hello');
  equal(undo(`05 f40400 ${Buffer.from('hello').toString('hex')}`, 5), 'hello');
  equal(undo(`05 f8040000 ${Buffer.from('hello').toString('hex')}`, 5), 'hello');
  equal(undo(`05 fc04000000 ${Buffer.from('hello').toString('hex')}`, 5), 'hello');
});

test('copies of every width repeat what was written', () => {
  equal(undo(`08 ${literal('abcd')} 0104`, 8), 'abcdabcd');
  equal(undo(`08 ${literal('abcd')} 0e0400`, 8), 'abcdabcd');
  equal(undo(`08 ${literal('abcd')} 0f04000000`, 8), 'abcdabcd');
});

test('a copy may reach into what it writes', () => {
  equal(undo(`0a ${literal('ab')} 1e0200`, 10), 'ababababab');
});

test('nothing at all is nothing', () => equal(undo('00', 0), ''));

const wrong: readonly (readonly [what: string, hex: string, length: number])[] = [
  ['no length', '', 0],
  ['a length without end', '80', 0],
  ['a length of more than five bytes', '808080808001', 0],
  ['another length than promised', `05 ${literal('hello')}`, 6],
  ['fewer bytes than said', `06 ${literal('hello')}`, 6],
  ['more bytes than said', `04 ${literal('hello')}`, 4],
  ['a literal without bytes', '05 10', 5],
  ['a literal whose length is cut', '05 f4', 5],
  ['a copy from before the beginning', `08 ${literal('abcd')} 0105`, 8],
  ['a copy of nothing', '04 0100', 4],
  ['a copy from here', `08 ${literal('abcd')} 0100`, 8],
  ['a copy beyond the end', `06 ${literal('abcd')} 0104`, 6],
  ['a copy that is cut', `08 ${literal('abcd')} 0e04`, 8],
  ['a promise that nothing can keep', 'ffffff1f 00', 0x3ffffff],
];

for (const [what, hex, length] of wrong) test(`no Snappy: ${what}`, () => equal(undo(hex, length), null));
