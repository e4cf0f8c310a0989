import type { Host, HostSource } from '../../api/upstream.js';
import { groupByLocality } from '../../upstream/balancing/locality-groups.js';

/** A host with its share of all traffic; the shares of a source make 1. */
export interface HostShare {
  readonly host: Host;
  readonly share: number;
}

/** Shares by weight, of hosts alone or of their localities first. */
export function hostShares(source: HostSource, isLocalityWeighted: boolean): readonly HostShare[] {
  if (!isLocalityWeighted) return sharesOf(source.hosts, 1);
  const groups = [...groupByLocality(source.hosts).values()];
  const weights = groups.map(({ hosts }) => hosts[0]?.localityWeight ?? 0);
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
