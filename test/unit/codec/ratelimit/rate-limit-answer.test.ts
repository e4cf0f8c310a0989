import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRateLimitAnswer } from '../../../../src/codec/ratelimit/rate-limit-answer.js';

const answer = (text: string): ReturnType<typeof decodeRateLimitAnswer> =>
  decodeRateLimitAnswer(Buffer.from(text, 'latin1'));

test('only the overall code says that the limit is passed', () => {
  equal(answer('')?.isOverLimit, false);
  equal(answer('\x08\x01')?.isOverLimit, false);
  equal(answer('\x08\x02')?.isOverLimit, true);
  equal(answer('\x12\x02\x08\x02')?.isOverLimit, false);
});

test('a status tells its limit, what is left and when it starts anew', () => {
  deepEqual(answer('\x12\x0f\x08\x02\x12\x07\x08\x0a\x10\x03\x1a\x01n\x18\x05\x22\x00')?.statuses, [
    { isOverLimit: true, limit: { requestsPerUnit: 10, unit: 3, name: 'n' }, remaining: 5, resetSeconds: 0 },
  ]);
  deepEqual(answer('\x12\x04\x22\x02\x08\x1e')?.statuses, [
    { isOverLimit: false, limit: null, remaining: 0, resetSeconds: 30 },
  ]);
});

test('headers come for both sides, their names in lower case, raw values as well', () => {
  const found = answer('\x1a\x06\x0a\x01A\x12\x01b\x22\x06\x0a\x01c\x1a\x01\xff\x2a\x02hi');
  deepEqual(found?.responseHeaders, [['a', 'b']]);
  deepEqual(found?.requestHeaders, [['c', '\xff']]);
  equal(found?.body.toString(), 'hi');
});

test('bytes that are no answer are none', () => {
  equal(answer('\x12\x7f'), null);
  equal(answer('\x12\x01\x08'), null);
  equal(answer('\x32\x02\x0a\x7f'), null);
  equal(answer('\xff'), null);
});
