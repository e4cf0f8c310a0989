import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '../../../src/base/crc32c.js';

test('CRC-32C of the examples of RFC 3720', () => {
  const ascending = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  equal(crc32c(ascending), 0x46dd794e);
});

test('a part of the bytes is summed like the part alone', () => {
  const bytes = Buffer.from('xx123456789yy');
  equal(crc32c(bytes, 2, 11), 0xe3069283);
});
