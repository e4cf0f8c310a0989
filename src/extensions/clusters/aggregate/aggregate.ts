import type { ConfigNode } from '../../../api/config-node.js';
import type { Extension } from '../../../api/extension.js';
import type { CustomDiscovery } from '../../../upstream/membership/discovery-config.js';

/** A cluster that is put together of others, in order of preference. */
export const aggregateCluster: Extension<CustomDiscovery> = {
  name: 'envoy.clusters.aggregate',
  typeUrl: 'envoy.extensions.clusters.aggregate.v3.ClusterConfig',
  parse: (node: ConfigNode) => ({ type: 'AGGREGATE', aggregated: node.strings('clusters') }),
};
