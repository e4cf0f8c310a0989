import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import createXxHash from 'xxhash-wasm';
import { xxHash64 } from '../../../src/base/xx-hash.js';

const reference = await createXxHash();

test('hashes of the specification’s kind: nothing, short, a block and more', () => {
  equal(xxHash64(''), 0xef46db3751d8e999n);
  equal(xxHash64('a'), 0xd24ec4f1a98c6e5bn);
  equal(xxHash64('abc'), 0x44bc2cf5ad770999n);
});

test('every text hashes as the reference does, with any seed', () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 200,
  });
  fc.assert(
    fc.property(
      text,
      fc.oneof(fc.constantFrom(0, 1), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      (value, seed) => {
        equal(xxHash64(value, seed), reference.h64Raw(Buffer.from(value, 'latin1'), BigInt(seed)));
      },
    ),
    { numRuns: 2000 },
  );
});
