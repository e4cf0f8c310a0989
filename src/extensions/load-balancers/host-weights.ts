import type { BalancedCluster, Host, HostSource } from '../../api/upstream.js';
import { groupByLocality, localityKey } from '../../upstream/balancing/locality-groups.js';
import { localityWeight } from '../../upstream/balancing/locality-weighted.js';

/** A host with its share of all traffic; the shares of a source make 1. */
export interface HostShare {
  readonly host: Host;
  readonly share: number;
}

/** Shares by weight, of hosts alone or of their localities first. */
export function hostShares(
  source: HostSource,
  isLocalityWeighted: boolean,
  cluster: BalancedCluster,
): readonly HostShare[] {
  if (!isLocalityWeighted) return sharesOf(source.hosts, 1);
  const groups = [...groupByLocality(source.hosts).values()];
  const level = groupByLocality(source.level);
  const weights = groups.map(({ locality, hosts }) => {
    const present = level.get(localityKey(locality))?.hosts.length ?? 0;
    return localityWeight(hosts[0] as Host, present, cluster);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return sharesOf(source.hosts, 1);
  return groups.flatMap(({ hosts }, i) => {
    const weight = weights[i] as number;
    return weight === 0 ? [] : sharesOf(hosts, weight / total);
  });
}

function sharesOf(hosts: readonly Host[], whole: number): readonly HostShare[] {
  let total = 0;
  for (const host of hosts) total += host.weight;
  return hosts.map((host) => ({ host, share: (host.weight * whole) / total }));
}
