import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSlots } from '../../../src/base/shared-slots.js';
import { TokenBucket } from '../../../src/base/token-bucket.js';

const word = (): BigInt64Array => new BigInt64Array(new SharedArrayBuffer(8));

test('a bucket begins full, refills continuously and never holds more than its maximum', () => {
  const bucket = new TokenBucket(word(), { maxTokens: 3, tokensPerFill: 2, fillIntervalMs: 1000 });
  equal(bucket.remaining(10), 3);
  for (const expected of [true, true, true, false]) equal(bucket.take(10), expected);
  equal(bucket.nextTokenMs(10), 500);
  equal(bucket.take(509), false);
  equal(bucket.take(510), true);
  equal(bucket.take(511), false);
  equal(bucket.remaining(1_000_000), 3);
});

test('a bucket gives all the tokens that are asked for, or none', () => {
  const bucket = new TokenBucket(word(), { maxTokens: 3, tokensPerFill: 1, fillIntervalMs: 1000 });
  equal(bucket.take(0, 4), false);
  equal(bucket.take(0, 2), true);
  equal(bucket.take(0, 2), false);
  equal(bucket.remaining(0), 1);
});

test('a rate that is no whole number of nanoseconds loses no tokens', () => {
  const bucket = new TokenBucket(word(), { maxTokens: 1, tokensPerFill: 3, fillIntervalMs: 1000 });
  let taken = 0;
  for (let now = 0; now < 30_000; now++) if (bucket.take(now)) taken++;
  // One at the start, then one every 333 1/3 ms, seen at whole milliseconds.
  equal(taken, 1 + Math.floor(29_999 / 334));
});

test('two threads that find a word by name share one bucket', () => {
  const buffer = SharedSlots.allocate(4);
  const config = { maxTokens: 1, tokensPerFill: 1, fillIntervalMs: 1000 };
  const words = [new SharedSlots(buffer).find('a'), new SharedSlots(buffer).find('a')] as const;
  equal(new TokenBucket(words[0] as BigInt64Array, config).take(5), true);
  equal(new TokenBucket(words[1] as BigInt64Array, config).take(5), false);
});

test('a bucket gives as many tokens as it has to those who take fewer', () => {
  const bucket = new TokenBucket(word(), { maxTokens: 1000, tokensPerFill: 1000, fillIntervalMs: 1000 });
  equal(bucket.takeUpTo(0, 400), 400);
  equal(bucket.takeUpTo(0, 800), 600);
  equal(bucket.takeUpTo(0, 1), 0);
  equal(bucket.takeUpTo(250, 800), 250);
});

test('a bucket can begin with fewer tokens than it holds', () => {
  const bucket = new TokenBucket(word(), { maxTokens: 1000, tokensPerFill: 1000, fillIntervalMs: 1000 });
  bucket.begin(50, 50);
  equal(bucket.takeUpTo(50, 800), 50);
  equal(bucket.takeUpTo(60, 800), 10);
});
