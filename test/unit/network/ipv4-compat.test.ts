import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpv4Compat } from '../../../src/network/ipv4-compat.js';
import { readText } from '../../support/config-text.js';

function read(address: string): readonly [boolean, readonly string[]] {
  const text = `{ address: "${address}", port_value: 1, ipv4_compat: true }`;
  const { value, problems } = readText('envoy.config.core.v3.SocketAddress', text, parseIpv4Compat);
  return [value, problems];
}

test('sockets of all addresses and of mapped ones may take IPv4 too, and no others', () => {
  const why = "Only IPv6 address '::' or valid IPv4-mapped IPv6 address can set ipv4_compat: ";
  deepEqual(read('::'), [true, []]);
  deepEqual(read('::ffff:127.0.0.1'), [true, []]);
  deepEqual(read('::1'), [false, [`${why}[::1]:1`]]);
  deepEqual(read('127.0.0.1'), [false, [`${why}127.0.0.1:1`]]);
});
