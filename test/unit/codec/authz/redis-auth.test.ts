import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRedisAuthResponse, encodeRedisAuthRequest } from '../../../../src/codec/authz/redis-auth.js';

const verdict = (text: string): ReturnType<typeof decodeRedisAuthResponse> =>
  decodeRedisAuthResponse(Buffer.from(text, 'latin1'));

test('a service is told of user and password, byte by byte, and of no empty ones', () => {
  equal(encodeRedisAuthRequest('me', 'p\xff').toString('latin1'), '\x0a\x02me\x12\x02p\xff');
  equal(encodeRedisAuthRequest('', '').length, 0);
});

test('the status decides, and comes with a message and a time', () => {
  deepEqual(verdict(''), { kind: 'ok', message: '', expiresAtSeconds: 0 });
  deepEqual(verdict('\x0a\x00\x12\x02\x08\x64'), { kind: 'ok', message: '', expiresAtSeconds: 100 });
  deepEqual(verdict('\x0a\x02\x08\x07\x1a\x02no'), { kind: 'denied', message: 'no', expiresAtSeconds: 0 });
  equal(verdict('\x0a\x02\x08\x10')?.kind, 'denied');
  equal(verdict('\x0a\x02\x08\x0d')?.kind, 'error');
});

test('bytes that are no answer are none', () => {
  equal(verdict('\x0a\x7f'), null);
  equal(verdict('\x0a\x01\x08'), null);
  equal(verdict('\xff'), null);
});
