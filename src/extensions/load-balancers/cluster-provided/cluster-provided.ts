import type { LoadBalancerFactory } from '../../../api/upstream.js';

/** The type of the cluster brings its own way of choosing hosts. */
export const clusterProvided: LoadBalancerFactory<null> = {
  name: 'envoy.load_balancing_policies.cluster_provided',
  typeUrl: 'envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided',
  parse: () => null,
  build: (_config, cluster) => cluster.providedBalancer(),
};
