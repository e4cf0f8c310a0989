import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RestartBackOff } from '../../../src/server/restart-back-off.js';

test('the first death is answered at once, those that follow soon wait longer and longer', () => {
  const backOff = new RestartBackOff();
  const delays = Array.from({ length: 11 }, () => backOff.afterDeath(20));
  deepEqual(delays, [0, 10, 20, 40, 80, 160, 320, 640, 1280, 2000, 2000]);
});

test('a worker that has served for a second has recovered', () => {
  const backOff = new RestartBackOff();
  for (let i = 0; i < 5; i++) backOff.afterDeath(0);
  equal(backOff.afterDeath(1000), 0);
  equal(backOff.afterDeath(999), 10);
});
