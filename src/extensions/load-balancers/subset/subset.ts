import type { LoadBalancerFactory } from '../../../api/upstream.js';
import type { SubsetConfig } from '../../../upstream/balancing/subset-config.js';
import { loadRulesOf } from '../../../upstream/load-report/load-rules.js';
import { parseSubsets } from './config.js';
import { SubsetChooser, U } from './subset-chooser.js';
import { SubsetCluster } from './subset-cluster.js';

export const subset: LoadBalancerFactory<SubsetConfig> = {
  name: 'envoy.load_balancing_policies.subset',
  typeUrl: 'envoy.extensions.load_balancing_policies.subset.v3.Subset',
  parse: parseSubsets,
  loadRules: ({ child }, extensions) => loadRulesOf(child, extensions),
  build: (config, cluster) => {
    const { scope } = cluster;
    const { child } = config;
    const factory = scope.extensions.find('load.balancer', child.typeUrl) as LoadBalancerFactory;
    const inner = new SubsetCluster(cluster, config.localityWeights);
    const balancer = factory.build(child.config, inner);
    const stats = scope.stats.bind(cluster.stats.prefix, U);
    let active = 0;
    return (hosts) => {
      inner.noteHosts(hosts);
      stats.set(U.lb_subsets_single_host_per_subset_duplicate, 0);
      const chooser = new SubsetChooser(hosts, config, balancer, stats);
      if (chooser.size > active) stats.add(U.lb_subsets_created, chooser.size - active);
      else stats.add(U.lb_subsets_removed, active - chooser.size);
      active = chooser.size;
      stats.set(U.lb_subsets_active, active);
      return chooser;
    };
  },
};
