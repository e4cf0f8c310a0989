import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EdfScheduler } from '../../../src/upstream/edf-scheduler.js';

const weighted = (weights: readonly number[], start = 0): EdfScheduler<number> =>
  new EdfScheduler(
    weights.map((_, i) => i),
    (i) => weights[i] ?? 1,
    start,
  );

function picks(schedule: EdfScheduler<number>, count: number): number[] {
  return Array.from({ length: count }, () => schedule.pick() ?? -1);
}

describe('earliest deadline first', () => {
  test('weights 3 and 1 alternate as a a b a a a a b', () => {
    const schedule = new EdfScheduler(['a', 'b'], (name) => (name === 'a' ? 3 : 1), 0);
    equal(Array.from({ length: 8 }, () => schedule.pick()).join(' '), 'a a b a a a a b');
  });

  test('equal weights take turns in order of insertion', () => {
    deepEqual(picks(weighted([2, 2, 2]), 6), [0, 1, 2, 0, 1, 2]);
  });

  test('an empty schedule has nothing to pick', () => {
    equal(weighted([]).pick(), undefined);
  });

  test('a later start goes on where that many picks would have led', () => {
    const whole = picks(weighted([5, 3, 2]), 30);
    const later = picks(weighted([5, 3, 2], 0.5), 20);
    const skipped = 5 / 2 + 3 / 2 + 2 / 2;
    const offsets = [Math.floor(skipped) - 1, Math.floor(skipped), Math.ceil(skipped)];
    ok(offsets.some((offset) => whole.slice(offset, offset + 20).join() === later.join()));
  });

  test('any window of picks has every entry in proportion to its weight, give or take one round', () => {
    const anyWeights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anyWeights, fc.double({ min: 0, max: 0.999, noNaN: true }), (weights, start) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const rounds = 5;
        const seen = weights.map(() => 0);
        for (const i of picks(weighted(weights, start), rounds * total)) seen[i] = (seen[i] ?? 0) + 1;
        for (const [i, weight] of weights.entries()) ok(Math.abs((seen[i] ?? 0) - rounds * weight) <= 1.001);
      }),
    );
  });

  test('a weight that changes counts from the next turn of its entry on', () => {
    let heavy = 1;
    const schedule = new EdfScheduler([0, 1], (i) => (i === 0 ? heavy : 1), 0);
    picks(schedule, 2);
    heavy = 9;
    const seen = picks(schedule, 100).filter((i) => i === 0).length;
    ok(seen >= 88 && seen <= 91, `${seen}`);
  });
});
