import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { sniCluster } from '../../../../../../src/extensions/filters/network/sni-cluster/sni-cluster.js';
import { networkThreads } from '../../../../../support/network-thread.js';

test('the server name becomes the cluster; no name leaves the configured one', () => {
  const make = networkThreads().build(sniCluster, {});
  for (const [requestedServerName, cluster] of [
    ['a.example', 'a.example'],
    ['', undefined],
  ] as const) {
    const { filter, connection } = make({ requestedServerName });
    filter.onNewConnection?.();
    equal(connection.info.filterState?.get('envoy.tcp_proxy.cluster'), cluster);
  }
});
