import { equal, notEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { mixedBits } from '../../../src/base/mixed-bits.js';

const seed = 0x9e37_79b9;

test('different numbers stay different', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 1 << 16; i++)
    for (const step of [1, 1 << 16]) seen.add(mixedBits(Math.imul(i, step), seed));
  equal(seen.size, 2 * (1 << 16) - 1);
  notEqual(mixedBits(1, 1), mixedBits(1, 2));
});

test('numbers that are far apart by the same step are spread by their lower bits', () => {
  for (const step of [1, 1 << 8, 1 << 15, 1 << 20]) {
    const low = new Set<number>();
    for (let i = 0; i < 4096; i++) low.add(mixedBits(Math.imul(i, step), seed) & 4095);
    ok(low.size > 2400, `step ${step}: ${low.size} places of 4096`);
  }
});
