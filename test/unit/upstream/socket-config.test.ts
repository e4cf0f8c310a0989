import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { parseBindConfig } from '../../../src/upstream/socket-config.js';
import { readText } from '../../support/config-text.js';

const read = (text: string) => readText('envoy.config.core.v3.BindConfig', text, parseBindConfig);
const source = 'source_address: { address: 127.0.0.1, port_value: 0 }';
const extra = (ip: string): string => `{ address: { address: '${ip}', port_value: 0 } }`;

test('hosts of the other family are connected to from the extra address, under its old name as well', () => {
  for (const more of [
    `extra_source_addresses: [${extra('::1')}]`,
    "additional_source_addresses: [{ address: '::1', port_value: 0 }]",
  ]) {
    const { value, unsupported } = read(`{ ${source}, ${more} }`);
    deepEqual([value.sourceIp4, value.sourceIp6, unsupported], ['127.0.0.1', '::1', []]);
  }
});

test('sources that could not be told apart are refused', () => {
  const told = (text: string): string => read(`{ ${text} }`).problems.join();
  match(told(`extra_source_addresses: [${extra('::1')}]`), /if source_address is not set/);
  match(told(`${source}, extra_source_addresses: [${extra('127.0.0.2')}]`), /two same IP version/);
  match(told(`${source}, extra_source_addresses: [${extra('::1')}, ${extra('::2')}]`), /more than one extra/);
  equal(told(source), '');
});
