import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase64, decodeBase64Url } from '../../../src/base/base64.js';

test('base64 is taken with and without padding, in its own alphabet alone', () => {
  for (const text of ['YQ==', 'YQ']) equal(decodeBase64(text)?.toString(), 'a');
  equal(decodeBase64('')?.length, 0);
  for (const text of ['Y', 'YQ=', 'Y Q==', '_-_-', 'YQ==YQ==']) equal(decodeBase64(text), null, text);
});

test('base64url is taken without padding', () => {
  equal(decodeBase64Url('-_8')?.toString('hex'), 'fbff');
  for (const text of ['YQ==', 'Y', '+/8']) equal(decodeBase64Url(text), null, text);
});
