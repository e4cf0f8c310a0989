import type { BalancedCluster, Balancer, PickerMaker } from '../../api/upstream.js';
import { HostSelector } from '../host-selection.js';
import { localityWeighted } from './locality-weighted.js';
import type { LocalityRoutingConfig } from './policy-config.js';
import { zoneAware } from './zone-routing.js';

/** A balancer that chooses the priority, then the locality, then asks the policy for a host. */
export function levelBalancer(
  cluster: BalancedCluster,
  locality: LocalityRoutingConfig,
  pickerOf: PickerMaker,
): Balancer {
  const routed =
    locality.kind === 'weighted'
      ? localityWeighted(cluster, pickerOf)
      : zoneAware(cluster, locality, pickerOf);
  const traits = { usesHash: false, failsInPanic: locality.failsInPanic };
  return (hosts) => new HostSelector(hosts, cluster, routed, traits);
}
