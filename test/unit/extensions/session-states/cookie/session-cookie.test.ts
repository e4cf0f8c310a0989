import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeSessionCookie,
  encodeSessionCookie,
} from '../../../../../src/extensions/session-states/cookie/session-cookie.js';

test('a cookie says what was put into it', () => {
  for (const expires of [0, 1, 127, 128, 4_294_967_296, 2 ** 53 - 1]) {
    const cookie = { address: '[2001:db8::1]:65535', expires };
    deepEqual(decodeSessionCookie(encodeSessionCookie(cookie)), cookie);
  }
});

test('fields of the future are passed over, whatever their kind', () => {
  const bytes = Buffer.from([
    0x18, 0x96, 0x01, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2a, 1, 9, 0x35, 1, 2, 3, 4, 0x0a, 1, 97,
  ]);
  deepEqual(decodeSessionCookie(bytes), { address: 'a', expires: 0 });
});

test('bytes that are no message are told apart', () => {
  for (const bytes of [[0x0a, 5, 97], [0x10], [0x10, ...new Array(11).fill(0x80)], [0x0b], [0x02, 1, 97]]) {
    equal(decodeSessionCookie(Buffer.from(bytes)), null);
  }
});
