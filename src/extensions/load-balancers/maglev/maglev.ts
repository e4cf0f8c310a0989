import { statBlock } from '../../../api/stats.js';
import type { LoadBalancerFactory } from '../../../api/upstream.js';
import type { MaglevConfig } from '../../../upstream/balancing/policy-config.js';
import { hashBalancer } from '../consistent-hashing.js';
import { parseMaglev } from './config.js';
import { MaglevTable } from './maglev-table.js';

const M = statBlock({ gauges: ['max_entries_per_host', 'min_entries_per_host'] });

export const maglev: LoadBalancerFactory<MaglevConfig> = {
  name: 'envoy.load_balancing_policies.maglev',
  typeUrl: 'envoy.extensions.load_balancing_policies.maglev.v3.Maglev',
  parse: parseMaglev,
  build: (config, cluster) => {
    const { scope } = cluster;
    const stats = scope.stats.bind(`${cluster.stats.prefix}.maglev_lb`, M);
    return hashBalancer(cluster, config, (shares) => {
      const table = new MaglevTable(shares, config);
      // Every worker has the same table; one of them says so.
      if (scope.threadIndex === 1) {
        stats.set(M.min_entries_per_host, table.minPerHost);
        stats.set(M.max_entries_per_host, table.maxPerHost);
      }
      return table;
    });
  },
};
