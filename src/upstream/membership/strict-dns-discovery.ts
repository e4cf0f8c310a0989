import { ipAddress } from '../../network/address.js';
import type { EndpointConfig } from '../endpoints-config.js';
import { staticAddress } from '../endpoints-config.js';
import type { Discovery, DiscoveryOwner } from './discovery.js';
import { DnsRefresh, type DnsScope } from './dns-refresh.js';
import { M } from './membership-stats.js';

/** Every address of every endpoint's name is a host. */
export class StrictDnsDiscovery implements Discovery {
  private readonly owner: DiscoveryOwner;
  private readonly refreshes: readonly DnsRefresh[];

  constructor(owner: DiscoveryOwner, scope: DnsScope) {
    this.owner = owner;
    const refreshes: DnsRefresh[] = [];
    for (const [group, endpoint] of owner.config.endpoints.entries()) {
      if (endpoint.isPipe) continue;
      refreshes.push(
        new DnsRefresh(scope, endpoint.address, owner, {
          onAddresses: (ips) => this.onAddresses(group, endpoint, ips),
          onSettled: () => owner.discovered(),
        }),
      );
    }
    this.refreshes = refreshes;
  }

  get groups(): number {
    return this.owner.config.endpoints.length;
  }

  fill(): void {
    this.owner.reserve(this.groups);
    for (const [group, endpoint] of this.owner.config.endpoints.entries()) {
      if (endpoint.isPipe) this.owner.replace(group, [{ endpoint, address: staticAddress(endpoint) }]);
    }
  }

  start(): boolean {
    for (const refresh of this.refreshes) refresh.start();
    return this.refreshes.length > 0 && this.owner.config.waitForWarmOnInit;
  }

  close(): void {
    for (const refresh of this.refreshes) refresh.close();
  }

  private onAddresses(group: number, endpoint: EndpointConfig, ips: readonly string[]): void {
    const { owner } = this;
    const hosts = ips.map((ip) => ({ endpoint, address: ipAddress(ip, endpoint.port) }));
    owner.stats.set(M.max_host_weight, hosts.length > 0 ? endpoint.weight : 1);
    if (owner.replace(group, hosts) !== 'hosts') {
      owner.stats.inc(M.update_no_rebuild);
      return;
    }
    owner.stats.inc(M.membership_change);
    owner.publish();
  }
}
