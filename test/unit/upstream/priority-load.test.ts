import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type LevelHealth, priorityLoads } from '../../../src/upstream/priority-load.js';

const level = (healthy: number, degraded = 0, total = 100, excluded = 0): LevelHealth => ({
  total,
  healthy,
  degraded,
  excluded,
});
const loads = (levels: readonly LevelHealth[], panic = 50) => priorityLoads(levels, 140, panic);

describe('priority load', () => {
  const table: readonly (readonly [healthy: readonly number[], load: readonly number[]])[] = [
    [
      [72, 100],
      [100, 0],
    ],
    [
      [71, 100],
      [99, 1],
    ],
    [
      [50, 100],
      [70, 30],
    ],
    [
      [25, 100],
      [35, 65],
    ],
    [
      [0, 100],
      [0, 100],
    ],
    [
      [5, 65],
      [8, 92],
    ],
  ];
  for (const [healthy, load] of table) {
    test(`levels with ${healthy.join(' and ')} % healthy hosts carry ${load.join(' and ')} %`, () => {
      deepEqual(loads(healthy.map((n) => level(n))).healthy, load);
    });
  }

  test('three levels that carry almost everything share it with the rest on the first', () => {
    deepEqual(loads([level(25), level(25), level(20)], 0).healthy, [37, 35, 28]);
  });

  test('two levels at a quarter are both in panic and go by hosts', () => {
    const { healthy, isInPanic } = loads([level(25), level(25)]);
    deepEqual(healthy, [50, 50]);
    deepEqual(isInPanic, [true, true]);
  });

  test('panic everywhere counts hosts, not health', () => {
    deepEqual(loads([level(0, 0, 2), level(0, 0, 8)]).healthy, [20, 80]);
  });

  test('one level of two may be in panic alone', () => {
    deepEqual(loads([level(5), level(65)]).isInPanic, [true, false]);
  });

  test('no level is in panic while together they carry everything', () => {
    deepEqual(loads([level(5), level(100)]).isInPanic, [false, false]);
  });

  test('degraded hosts of a level take what its healthy ones cannot', () => {
    const mostly = loads([level(71, 29)]);
    deepEqual([mostly.healthy, mostly.degraded], [[99], [1]]);
    const hardly = loads([level(25, 65)]);
    deepEqual([hardly.healthy, hardly.degraded], [[35], [65]]);
    const none = loads([level(0, 50)]);
    deepEqual([none.healthy, none.degraded], [[0], [100]]);
  });

  test('excluded hosts count neither as healthy nor as hosts', () => {
    deepEqual(loads([level(10, 0, 100, 90), level(100)]).healthy, [100, 0]);
  });

  test('with panic off and nothing available the first level is asked in vain', () => {
    const { healthy, isInPanic } = loads([level(0), level(0)], 0);
    deepEqual(healthy, [100, 0]);
    deepEqual(isInPanic, [false, false]);
  });

  const anyLevel = fc
    .tuple(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(20))
    .map(([healthy, degraded, rest, excluded]) =>
      level(healthy, degraded, healthy + degraded + rest + excluded, excluded),
    );
  const anyLevels = fc.array(anyLevel, { minLength: 1, maxLength: 5 });

  test('loads always come to 100 and never go below 0', () => {
    fc.assert(
      fc.property(anyLevels, fc.nat(100), (levels, panic) => {
        const { healthy, degraded } = loads(levels, panic);
        const all = [...healthy, ...degraded];
        equal(
          all.reduce((sum, load) => sum + load, 0),
          100,
        );
        ok(all.every((load) => load >= 0));
      }),
    );
  });

  test('outside of panic a level without healthy hosts gets no healthy load', () => {
    fc.assert(
      fc.property(anyLevels, (levels) => {
        if (levels.every((each) => each.healthy + each.degraded === 0)) return;
        const { healthy, degraded, isInPanic } = loads(levels);
        if (isInPanic.every(Boolean)) return;
        for (const [i, each] of levels.entries()) {
          if (each.healthy === 0) equal(healthy[i], 0);
          if (each.degraded === 0) equal(degraded[i], 0);
        }
      }),
    );
  });

  test('a first level that can carry everything leaves nothing to the others', () => {
    fc.assert(
      fc.property(anyLevels, (others) => {
        deepEqual(
          loads([level(72), ...others]).healthy,
          [72, ...others].map((_, i) => (i === 0 ? 100 : 0)),
        );
      }),
    );
  });
});
