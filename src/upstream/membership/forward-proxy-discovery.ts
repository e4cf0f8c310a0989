import type { Addresses, DnsCache, DnsCacheListener } from '../dns-cache/dns-cache.js';
import type { HostAndPort } from '../dns-cache/name-key.js';
import type { Discovery, DiscoveryOwner } from './discovery.js';
import { M } from './membership-stats.js';
import { wantedEndpoint } from './wanted-endpoint.js';

/** A host for each name of a cache that has an address; each is a group, since several names may share one. */
export class ForwardProxyDiscovery implements Discovery, DnsCacheListener {
  readonly groups = 0;
  private readonly owner: DiscoveryOwner;
  private readonly cache: DnsCache;
  private readonly groupOf: Map<string, number>;
  private readonly free: number[];
  private nextGroup: number;
  private unlisten: () => void;

  constructor(owner: DiscoveryOwner, cache: DnsCache) {
    this.owner = owner;
    this.cache = cache;
    this.groupOf = new Map();
    this.free = [];
    this.nextGroup = 0;
    this.unlisten = () => undefined;
  }

  fill(): void {}

  start(): boolean {
    this.unlisten = this.cache.listen(this);
    return false;
  }

  close(): void {
    this.unlisten();
  }

  onAddress(key: string, { name, port }: HostAndPort, [address, ...more]: Addresses): void {
    const alternatives = more.map(({ ip }) => ip);
    const host = { endpoint: wantedEndpoint(name, port, key), address, alternatives };
    const known = this.groupOf.get(key);
    if (known !== undefined) {
      this.owner.move(known, host);
      this.owner.announce();
      return;
    }
    const group = this.free.pop() ?? this.nextGroup++;
    this.groupOf.set(key, group);
    this.owner.replace(group, [host]);
    this.owner.stats.inc(M.membership_change);
    this.owner.publish();
  }

  onGone(key: string): void {
    const group = this.groupOf.get(key);
    if (group === undefined) return;
    this.groupOf.delete(key);
    this.free.push(group);
    this.owner.replace(group, []);
    this.owner.stats.inc(M.membership_change);
    this.owner.publish();
  }

  usesOf(key: string): number {
    const group = this.groupOf.get(key);
    return group === undefined ? 0 : this.owner.usesOf(group);
  }
}
