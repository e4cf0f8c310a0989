import type { BalancedCluster, Balancer } from '../../api/upstream.js';
import type { ConsistentHashConfig } from '../../upstream/balancing/policy-config.js';
import { HostSelector } from '../../upstream/host-selection.js';
import { BoundedLoad } from './bounded-load.js';
import { HashPicker, type HashTable } from './hash-table.js';
import { type HostShare, hostShares } from './host-weights.js';

/** A balancer over tables of a kind: one table per priority level and health, the priority chosen by the hash too. */
export function hashBalancer(
  cluster: BalancedCluster,
  config: ConsistentHashConfig,
  tableOf: (shares: readonly HostShare[]) => HashTable,
): Balancer {
  const traits = { usesHash: true, failsInPanic: false };
  return (hosts) =>
    new HostSelector(
      hosts,
      cluster,
      (source) => {
        const shares = hostShares(source, config.isLocalityWeighted, cluster);
        const table = tableOf(shares);
        const { balanceFactor } = config;
        const bounded = balanceFactor > 0 ? new BoundedLoad(table, shares, balanceFactor, cluster) : table;
        return new HashPicker(bounded, cluster);
      },
      traits,
    );
}
