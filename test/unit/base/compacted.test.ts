import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { decode, encode } from '@msgpack/msgpack';
import { compacted } from '../../../src/base/compacted.js';

setFlagsFromString('--allow-natives-syntax');
const hasShape = new Function('it', 'return %HasFastProperties(it)');

/** An object of that many keys as the decoder makes it, of a shape that nobody has made before. */
function decoded(keys: number, prefix: string): unknown {
  const map16 = [0xde, keys >> 8, keys & 0xff];
  const fields = Array.from({ length: keys }, (_, i) => [...encode(`${prefix}${i}`), ...encode(i)]);
  return decode(new Uint8Array([...map16, ...fields.flat()]));
}

test('decoded objects of many keys get a shape, wherever they are; nothing else changes', () => {
  const bytes = new Uint8Array([1, 2]);
  const value = {
    many: decoded(60, 'a'),
    list: [decoded(40, 'b'), 1, null, bytes],
    few: { deep: decoded(30, 'c') },
  };
  equal(hasShape(value.many), false);
  const settled = compacted(value) as typeof value;
  equal(hasShape(settled.many), true);
  equal(hasShape(settled.list[0]), true);
  equal(hasShape(settled.few.deep), true);
  deepEqual(settled, {
    many: decoded(60, 'a'),
    list: [decoded(40, 'b'), 1, null, bytes],
    few: { deep: decoded(30, 'c') },
  });
});
