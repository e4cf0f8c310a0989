import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { originalDst } from '../../../../../../src/extensions/filters/listener/original-dst/original-dst.js';
import { networkThreads } from '../../../../../support/network-thread.js';
import { address, connectionInfo, notRedirected } from '../../../../../support/stream-info.js';

test('a redirected connection has the address that its peer wanted', () => {
  const { thread } = networkThreads();
  const info = connectionInfo();
  const wanted = address('192.0.2.7', 443);
  const filter = originalDst.build({}, thread(1))(info, { originalDestination: () => wanted });
  equal(filter.inspect(Buffer.alloc(0), 0), 'continue');
  deepEqual([info.localAddress, info.isLocalRestored], [wanted, true]);
  equal(info.directLocalAddress.text, '10.0.0.1:8080');
});

test('a connection that came straight keeps its address', () => {
  const { thread } = networkThreads();
  const info = connectionInfo();
  originalDst.build({}, thread(1))(info, notRedirected).inspect(Buffer.alloc(0), 0);
  deepEqual([info.localAddress.text, info.isLocalRestored], ['10.0.0.1:8080', false]);
});
