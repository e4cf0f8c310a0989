import { equal, notEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { DynamicBuckets } from '../../../../../../src/extensions/filters/http/local-ratelimit/dynamic-buckets.js';

function rows() {
  const made: BigInt64Array[] = [];
  return (index: number): BigInt64Array => {
    made[index] ??= new BigInt64Array(new SharedArrayBuffer(56));
    return made[index];
  };
}

test('two threads find the same word under the same text', () => {
  const row = rows();
  const one = new DynamicBuckets(3, row, (word) => word);
  const two = new DynamicBuckets(3, row, (word) => word);
  Atomics.store(one.get('a', 1), 0, 42n);
  equal(Atomics.load(two.get('a', 2), 0), 42n);
  notEqual(Atomics.load(two.get('b', 2), 0), 42n);
});

test('the text not asked for longest makes place, and begins anew when it comes back', () => {
  const buckets = new DynamicBuckets(2, rows(), (word) => word);
  Atomics.store(buckets.get('a', 1), 0, 1n);
  Atomics.store(buckets.get('b', 2), 0, 2n);
  equal(Atomics.load(buckets.get('a', 3), 0), 1n);
  equal(Atomics.load(buckets.get('c', 4), 0), 0n);
  equal(Atomics.load(buckets.get('a', 5), 0), 1n);
  equal(Atomics.load(buckets.get('b', 6), 0), 0n);
});
