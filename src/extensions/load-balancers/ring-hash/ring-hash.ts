import { statBlock } from '../../../api/stats.js';
import type { LoadBalancerFactory } from '../../../api/upstream.js';
import type { RingHashConfig } from '../../../upstream/balancing/policy-config.js';
import { hashBalancer } from '../consistent-hashing.js';
import { parseRingHash } from './config.js';
import { Ring } from './ring.js';

const R = statBlock({ gauges: ['max_hashes_per_host', 'min_hashes_per_host', 'size'] });

export const ringHash: LoadBalancerFactory<RingHashConfig> = {
  name: 'envoy.load_balancing_policies.ring_hash',
  typeUrl: 'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash',
  parse: parseRingHash,
  build: (config, cluster) => {
    const { scope } = cluster;
    const stats = scope.stats.bind(`${cluster.stats.prefix}.ring_hash_lb`, R);
    return hashBalancer(cluster, config, (shares) => {
      const ring = new Ring(shares, config);
      // Every worker has the same ring; one of them says so.
      if (scope.threadIndex === 1) {
        stats.set(R.size, ring.summary.size);
        stats.set(R.min_hashes_per_host, ring.summary.minPerHost);
        stats.set(R.max_hashes_per_host, ring.summary.maxPerHost);
      }
      return ring;
    });
  },
};
