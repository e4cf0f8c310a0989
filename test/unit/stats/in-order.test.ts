import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { statBlock } from '../../../src/api/stats.js';
import { inOrder } from '../../../src/stats/in-order.js';
import { sortInSteps } from '../../../src/stats/sort-in-steps.js';
import { StatStore } from '../../../src/stats/store.js';

const A = statBlock({ counters: ['b', 'z'], gauges: ['a'], histograms: ['t'] });
const B = statBlock({ counters: ['b.c', 'b-c'] });

function names(store: StatStore, kind: 'scalars' | 'histograms'): string[] {
  return [...inOrder(store, kind)].flatMap((stat) => (stat === null ? [] : [stat.name]));
}

test('names come in plain string order, however prefixes nest', () => {
  const part = fc.constantFrom('a', 'b', 'a-b', 'a_b', 'a1', 'b.c');
  const prefix = fc.array(part, { maxLength: 3 }).map((parts) => parts.join('.'));
  fc.assert(
    fc.property(
      fc.uniqueArray(prefix, { maxLength: 12 }),
      fc.uniqueArray(prefix, { maxLength: 6 }),
      (first, second) => {
        const store = new StatStore();
        for (const each of first) store.declare(each, A);
        for (const each of second) store.lane.bind(each, B).inc(B['b.c']);
        const head = (each: string): string => (each === '' ? '' : `${each}.`);
        const scalars = [
          ...first.flatMap((each) => ['a', 'b', 'z'].map((name) => head(each) + name)),
          ...second.flatMap((each) => ['b.c', 'b-c'].map((name) => head(each) + name)),
        ];
        const sorted = (list: string[]): string[] => list.sort((a, b) => (a < b ? -1 : 1));
        deepEqual(names(store, 'scalars'), sorted(scalars));
        deepEqual(names(store, 'histograms'), sorted(first.map((each) => `${head(each)}t`)));
      },
    ),
  );
});

test('a series that appears later is found, and one that is forgotten is not', () => {
  const store = new StatStore();
  store.declare('m', B);
  equal(names(store, 'scalars').length, 2);
  store.lane.counter('a.x').inc();
  deepEqual(names(store, 'scalars'), ['a.x', 'm.b-c', 'm.b.c']);
  store.forget('m');
  deepEqual(names(store, 'scalars'), ['a.x']);
});

test('sorting in steps sorts, and pauses on the way', () => {
  const items = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_007);
  const steps = sortInSteps(items, (a, b) => a < b);
  let pauses = 0;
  let step = steps.next();
  while (step.done !== true) {
    pauses += 1;
    step = steps.next();
  }
  deepEqual(
    step.value,
    [...items].sort((a, b) => a - b),
  );
  ok(pauses >= 20);
});
