import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { pairedRatios, summarise } from '../../../../bench/report/statistics.js';
import { judge, verdictWord, withSpread } from '../../../../bench/report/verdict.js';

const facts = { row: 'small', against: 'envoy', measure: 'CPU ratio', goal: 0.6 };

test('a ratio at its goal passes and one above it falls short', () => {
  equal(verdictWord(judge({ ...facts, value: 0.6 })), 'pass');
  equal(verdictWord(judge({ ...facts, value: 0.61 })), 'fall short');
});

test('a gain has to reach its goal from below', () => {
  equal(judge({ ...facts, value: 1.7, goal: 1.8 }, 'at least').isReached, false);
  equal(judge({ ...facts, value: 1.8, goal: 1.8 }, 'at least').isReached, true);
});

test('a figure that is missing reaches no goal', () => {
  equal(judge({ ...facts, value: Number.NaN }).isReached, false);
  equal(judge({ ...facts, value: Number.NaN }, 'at least').isReached, false);
});

test('where no goal was set there is no word', () => {
  equal(verdictWord(undefined), '');
});

test('ratios are taken within each round before they are summarised', () => {
  const ratios = pairedRatios([10, 40, 30], [20, 40, 10]);
  equal(withSpread(ratios), '1.00 (0.50–3.00)');
});

test('a round that only one side finished is left out', () => {
  equal(pairedRatios([10, 40], [20]).count, 1);
});

test('a spread is shown only where there is one', () => {
  equal(withSpread(summarise([4])), '4.00');
  equal(withSpread(summarise([])), '–');
});
