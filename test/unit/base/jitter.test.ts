import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { withJitter } from '../../../src/base/jitter.js';
import { SystemRandom } from '../../../src/base/random.js';

test('a wait grows by a random part of itself, and never without a percentage', () => {
  const drawn = (u32: number) => Object.assign(new SystemRandom(), { u32: () => u32 });
  const grown = [0, 0x8000_0000, 0xffff_ffff].map((value) => withJitter(1000, 20, drawn(value)));
  deepEqual(grown, [1000, 1100, 1199]);
  deepEqual(withJitter(1000, 0, drawn(0xffff_ffff)), 1000);
  deepEqual(withJitter(0, 50, drawn(0xffff_ffff)), 0);
});
