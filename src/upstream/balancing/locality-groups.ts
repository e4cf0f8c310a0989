import type { Host, LocalityConfig } from '../../api/upstream.js';

/** Hosts of one locality. */
export interface LocalityGroup {
  readonly locality: LocalityConfig;
  readonly hosts: Host[];
}

export function localityKey({ region, zone, subZone }: LocalityConfig): string {
  return `${region}\n${zone}\n${subZone}`;
}

/** In the order in which localities first appear. */
export function groupByLocality(hosts: readonly Host[]): ReadonlyMap<string, LocalityGroup> {
  const groups = new Map<string, LocalityGroup>();
  for (const host of hosts) {
    const key = localityKey(host.locality);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { locality: host.locality, hosts: [host] });
    else group.hosts.push(host);
  }
  return groups;
}
