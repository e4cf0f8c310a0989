import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { CidrRange, formatIp, parseIp } from '../../../src/base/cidr.js';

test('addresses survive parsing and printing in their shortest form', () => {
  for (const text of [
    '0.0.0.0',
    '255.255.255.255',
    '10.1.2.3',
    '::',
    '::1',
    '2001:db8::1',
    'fe80::1:2:3:4',
    '1:2:3:4:5:6:7:8',
  ]) {
    const words = parseIp(text);
    equal(words === null ? '' : formatIp(words), text);
  }
  deepEqual(parseIp('::ffff:1.2.3.4'), [0, 0, 0xffff, 0x01020304]);
});

test('what is no address is refused', () => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1:2',
    '::1::',
    'g::',
    '1:2:3:4:5:6:7:8:9',
    '/tmp/x',
  ]) {
    equal(parseIp(text), null, text);
  }
});

test('a range holds the addresses that share its prefix', () => {
  const range = CidrRange.parse('10.1.2.3', 12);
  equal(String(range), '10.0.0.0/12');
  equal(range?.containsText('10.15.255.255'), true);
  equal(range?.containsText('10.16.0.0'), false);
  equal(range?.containsText('::ffff:10.0.0.1'), true);
  equal(range?.containsText('::1'), false);
  const wide = CidrRange.parse('2001:db8:ffff::', 33);
  equal(String(wide), '2001:db8:8000::/33');
  equal(wide?.containsText('2001:db8:8000::1'), true);
  equal(wide?.containsText('2001:db8:7fff::1'), false);
  equal(CidrRange.parse('1.2.3.4', 0)?.containsText('200.0.0.1'), true);
});
