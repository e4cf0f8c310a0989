import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { addressIn } from '../../../src/network/socket-calls.js';

function sockaddr(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

test('sockaddr_in is an address and a port', () => {
  equal(addressIn(sockaddr('0200 01bb c0000207 0000000000000000'))?.text, '192.0.2.7:443');
});

for (const [groups, text] of [
  ['2001 0db8 0000 0000 0000 0000 0000 0001', '[2001:db8::1]:80'],
  ['0000 0000 0000 0000 0000 0000 0000 0001', '[::1]:80'],
  ['0000 0000 0000 0000 0000 0000 0000 0000', '[::]:80'],
  ['2001 0000 0000 0001 0000 0000 0000 0001', '[2001:0:0:1::1]:80'],
  ['2001 0db8 0000 0001 0001 0001 0001 0001', '[2001:db8:0:1:1:1:1:1]:80'],
  ['fe80 0000 0000 0000 0000 0000 0000 0000', '[fe80::]:80'],
  ['2001 0010 0000 0000 0010 0000 0000 0000', '[2001:10:0:0:10::]:80'],
] as const) {
  test(`sockaddr_in6 of ${groups} is ${text}`, () => {
    equal(addressIn(sockaddr(`0a00 0050 00000000 ${groups} 00000000`))?.text, text);
  });
}

test('an address of another family is none', () => {
  equal(addressIn(sockaddr('0100 2f74')), null);
});
