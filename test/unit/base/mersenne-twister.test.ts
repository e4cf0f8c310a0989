import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { MersenneTwister } from '../../../src/base/mersenne-twister.js';

test('the ten-thousandth number of the default seed is the one that the C++ standard names', () => {
  const random = new MersenneTwister(5489);
  for (let i = 1; i < 10_000; i++) random.next();
  equal(random.next(), 4_123_659_995);
});
