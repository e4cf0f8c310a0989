import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { networkSetFilterState } from '../../../../../../src/extensions/filters/network/set-filter-state/set-filter-state.js';
import { StreamRecord } from '../../../../../../src/stream/stream-record.js';
import { readText } from '../../../../../support/config-text.js';
import { networkThreads } from '../../../../../support/network-thread.js';

function value(text: string): string {
  return `[{ object_key: k, factory_key: envoy.string, format_string: { text_format_source: { inline_string: "${text}" } } }]`;
}

function filterOf(text: string) {
  const config = readText(networkSetFilterState.typeUrl, text, networkSetFilterState.parse).value;
  return networkThreads().build(networkSetFilterState, config);
}

test('values are set when a connection comes, behind its handshake, and with its first bytes', () => {
  const make = filterOf(
    `{ on_new_connection: ${value('new')}, on_downstream_tls_handshake: ${value('tls')}, on_downstream_data: ${value('data')} }`,
  );
  const { filter, connection } = make();
  filter.onNewConnection?.();
  equal(connection.info.filterState?.get('k'), 'new');
  filter.onData?.({ buffer: Buffer.alloc(1), start: 0, end: 1 }, false);
  equal(connection.info.filterState?.get('k'), 'data');
  const secure = make({ isTls: true });
  secure.filter.onNewConnection?.();
  equal(secure.connection.info.filterState?.get('k'), 'tls');
});

test('streams of the connection see the values and do not change them', () => {
  const { filter, connection } = filterOf(`{ on_new_connection: ${value('own')} }`)();
  filter.onNewConnection?.();
  const stream = new StreamRecord(connection.info, 1, 0, 0, 0);
  deepEqual(stream.filterState?.get('k'), 'own');
  stream.filterState?.set('k', 'changed');
  equal(connection.info.filterState?.get('k'), 'own');
});
