import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ListenerFilter } from '../../../src/api/network-filter.js';
import { GatedFilter, gateHolds, parseGate } from '../../../src/network/filter-gate.js';
import { readText } from '../../support/config-text.js';
import { address, connectionInfo } from '../../support/stream-info.js';

const type = 'envoy.config.listener.v3.ListenerFilterChainMatchPredicate';
const ports = (start: number, end: number): string =>
  `{ destination_port_range: { start: ${start}, end: ${end} } }`;

for (const [text, open] of [
  ['{ any_match: true }', []],
  [ports(80, 81), [79, 81]],
  [`{ not_match: ${ports(80, 81)} }`, [80]],
  [`{ or_match: { rules: [${ports(79, 80)}, ${ports(81, 82)}] } }`, [80]],
  [`{ and_match: { rules: [${ports(79, 81)}, ${ports(80, 82)}] } }`, [79, 81]],
] as const) {
  test(`${text} leaves ${open.join(', ') || 'nothing'} of 79 to 81 in`, () => {
    const gate = readText(type, text, parseGate).value;
    deepEqual(
      [79, 80, 81].filter((port) => !gateHolds(gate, port)),
      open,
    );
  });
}

test('a filter that is left out sees nothing, one that is not sees all', () => {
  const filter: ListenerFilter = { consumedBytes: 3, maxReadBytes: 9, inspect: () => 'close' };
  const info = connectionInfo({ localAddress: address('10.0.0.1', 80) });
  const out = new GatedFilter(filter, { kind: 'any' }, info);
  equal(out.inspect(Buffer.alloc(9), 9), 'continue');
  deepEqual([out.consumedBytes, out.maxReadBytes], [0, 0]);
  const held = new GatedFilter(filter, { kind: 'port', start: 1, end: 2 }, info);
  equal(held.inspect(Buffer.alloc(9), 9), 'close');
  deepEqual([held.consumedBytes, held.maxReadBytes], [3, 9]);
});
