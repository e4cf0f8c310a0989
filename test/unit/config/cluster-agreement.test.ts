import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseBootstrap } from '../../../src/config/bootstrap.js';
import { loadConfig } from '../../../src/config/load.js';
import { extensionRegistry } from '../../../src/extensions/index.js';

function problemsOf(clusters: readonly object[]): readonly string[] {
  const registry = extensionRegistry();
  const loaded = loadConfig({
    yamlText: JSON.stringify({ static_resources: { clusters } }),
    registry,
    files: { read: () => new Uint8Array(), env: () => undefined },
  });
  parseBootstrap(loaded.rootWith(registry), registry, []);
  return loaded.finish().problems.map(({ message }) => message);
}

const forwarding = (name: string, hosts: number): object => ({
  name,
  lb_policy: 'CLUSTER_PROVIDED',
  cluster_type: {
    name: 'envoy.clusters.dynamic_forward_proxy',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig',
      dns_cache_config: { name: 'names', max_hosts: hosts },
    },
  },
});

test('clusters that share a cache of names agree on it', () => {
  deepEqual(problemsOf([forwarding('a', 5), forwarding('b', 5)]), []);
  deepEqual(problemsOf([forwarding('a', 5), forwarding('b', 6)]), [
    "config specified DNS cache 'names' with different settings",
  ]);
});

test('a cluster that asks another one for its hosts asks one that has some', () => {
  const asking = {
    name: 'a',
    type: 'EDS',
    eds_cluster_config: {
      eds_config: { api_config_source: { api_type: 'REST', cluster_names: ['b'], refresh_delay: '1s' } },
    },
  };
  deepEqual(problemsOf([asking, { name: 'b' }]), []);
  deepEqual(problemsOf([asking]), [
    "envoy.config.core.v3.ApiConfigSource must have a statically defined non-EDS cluster: 'b' does not exist, was added via api, or is an EDS cluster",
  ]);
});
