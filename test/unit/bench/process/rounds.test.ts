import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { rounds } from '../../../../bench/process/rounds.js';

test('every subject is measured once a round, and each round begins with another one', async () => {
  const order: string[] = [];
  await rounds(['a', 'b', 'c'], 3, async (subject) => order.push(subject));
  deepEqual(order.join(''), 'abcbcacab');
});

test('results stand in the order of the rounds, one list a subject', async () => {
  const { results } = await rounds(['a', 'b'], 3, async (subject, round) => `${subject}${round}`);
  deepEqual(
    [...results],
    [
      ['a', ['a0', 'a1', 'a2']],
      ['b', ['b0', 'b1', 'b2']],
    ],
  );
});

test('a subject that fails keeps what it had, is left out from then on and costs nobody else', async () => {
  const { results, failures } = await rounds(['a', 'b'], 3, async (subject, round) => {
    if (subject === 'a' && round === 1) throw 'gone';
    return round;
  });
  deepEqual(
    [...results],
    [
      ['a', [0]],
      ['b', [0, 1, 2]],
    ],
  );
  deepEqual([...failures], [['a', 'gone']]);
});
