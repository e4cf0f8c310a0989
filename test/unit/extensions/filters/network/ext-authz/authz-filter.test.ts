import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkStatus } from '../../../../../../src/api/network-filter.js';
import type { NetworkAuthzConfig } from '../../../../../../src/extensions/filters/network/ext-authz/config.js';
import { networkExtAuthz } from '../../../../../../src/extensions/filters/network/ext-authz/ext-authz.js';
import { networkThreads } from '../../../../../support/network-thread.js';

const config: NetworkAuthzConfig = {
  statPrefix: 'own',
  service: {
    cluster: 'no-such',
    authority: 'no-such',
    timeoutMs: 200,
    metadata: [],
    maxMessageBytes: 1000,
    hidesProxy: false,
  },
  allowsFailure: false,
  tellsCertificate: false,
  tellsTlsSession: false,
  enabledMetadata: null,
  labelsKey: '',
  namespaces: [],
  isShadow: false,
};
const byte = { buffer: Buffer.from('x'), start: 0, end: 1 };

test('a connection is closed when nobody can be asked', () => {
  const { build } = networkThreads();
  const { filter, connection, closes } = build(networkExtAuthz, config)();
  equal(filter.onData?.(byte, false), NetworkStatus.Stop);
  deepEqual(closes, ['no-flush ext_authz_close']);
  equal(connection.continues, 0);
});

test('a failure that is allowed lets the first bytes through', () => {
  const { build } = networkThreads();
  const { filter, connection, closes } = build(networkExtAuthz, { ...config, allowsFailure: true })();
  equal(filter.onData?.(byte, false), NetworkStatus.Continue);
  equal(filter.onData?.(byte, false), NetworkStatus.Continue);
  deepEqual([closes, connection.continues], [[], 0]);
});
