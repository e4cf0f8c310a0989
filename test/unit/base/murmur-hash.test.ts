import { equal, notEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { murmurHash64 } from '../../../src/base/murmur-hash.js';

test('hashes are those of libstdc++', () => {
  equal(murmurHash64('hello'), 2_762_169_579_135_187_400n);
  equal(murmurHash64('world'), 8_751_027_807_033_337_960n);
});

test('every byte counts', () => {
  notEqual(murmurHash64('12345678'), murmurHash64('12345679'));
  notEqual(murmurHash64('123456781'), murmurHash64('123456782'));
});
