import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTcpVerdict } from '../../../../src/codec/authz/check-response.js';

const verdict = (text: string): ReturnType<typeof decodeTcpVerdict> =>
  decodeTcpVerdict(Buffer.from(text, 'latin1'));

test('the status decides', () => {
  deepEqual(verdict(''), { kind: 'ok', metadata: {} });
  deepEqual(verdict('\x0a\x00'), { kind: 'ok', metadata: {} });
  deepEqual(verdict('\x0a\x02\x08\x07'), { kind: 'denied', metadata: {} });
  deepEqual(verdict('\x0a\x02\x08\x07\x2a\x00'), { kind: 'error', metadata: {} });
});

test('metadata comes along', () => {
  deepEqual(verdict('\x22\x0a\x0a\x08\x0a\x01a\x12\x03\x1a\x01b')?.metadata, { a: 'b' });
});

test('bytes that are no answer are none, and a broken status is no success', () => {
  equal(verdict('\x0a\x7f'), null);
  equal(verdict('\x22\x02\x0a\x7f'), null);
  equal(verdict('\x0a\x01\x08')?.kind, 'denied');
});
