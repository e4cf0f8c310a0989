import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRateLimitRequest } from '../../../../src/codec/ratelimit/rate-limit-request.js';

test('a request names its domain, entries, limits and hits, and leaves out what says nothing', () => {
  const bytes = encodeRateLimitRequest('d', [
    {
      entries: [
        ['k', 'v'],
        ['e', ''],
      ],
      limit: { requestsPerUnit: 7, unit: 3 },
      hits: 0,
      isNegativeHits: true,
    },
    { entries: [] },
  ]);
  const first = '\x0a\x06\x0a\x01k\x12\x01v\x0a\x03\x0a\x01e\x12\x04\x08\x07\x10\x03\x1a\x00\x20\x01';
  equal(bytes.toString('latin1'), `\x0a\x01d\x12${String.fromCharCode(first.length)}${first}\x12\x00`);
  equal(encodeRateLimitRequest('', [], 5).toString('latin1'), '\x18\x05');
});
