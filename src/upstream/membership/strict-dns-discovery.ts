import { ipAddress } from '../../network/address.js';
import type { EndpointConfig } from '../endpoints-config.js';
import { staticAddress } from '../endpoints-config.js';
import type { Discovery, DiscoveryOwner } from './discovery.js';
import { DnsRefresh, type DnsScope } from './dns-refresh.js';
import { M } from './membership-stats.js';
import type { ResolvedAddress, ServiceTarget } from './name-resolver.js';
import { isServiceName } from './service-lookup.js';

/** Every address of every endpoint's name is a host; a service's name and no port stand for what its SRV records say. */
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
          onAddresses: (addresses) => this.onAddresses(group, endpoint, addresses),
          onSettled: () => owner.discovered(),
          isService: endpoint.port === 0 && isServiceName(endpoint.address),
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

  private onAddresses(group: number, endpoint: EndpointConfig, addresses: readonly ResolvedAddress[]): void {
    const { owner } = this;
    const levels = [...new Set(addresses.map(({ service }) => service?.priority ?? 0))].sort((a, b) => a - b);
    const hosts = addresses.map(({ ip, service }) => {
      const own = service === undefined ? endpoint : serviceEndpoint(endpoint, service, levels);
      return { endpoint: own, address: ipAddress(ip, own.port) };
    });
    owner.stats.set(M.max_host_weight, Math.max(1, ...hosts.map((host) => host.endpoint.weight)));
    if (owner.replace(group, hosts) === 'none') {
      owner.stats.inc(M.update_no_rebuild);
      return;
    }
    owner.stats.inc(M.membership_change);
    owner.publish();
  }
}

/** Priorities of SRV records count from that of the endpoint on, without gaps; no host weighs nothing. */
function serviceEndpoint(
  endpoint: EndpointConfig,
  { name, port, priority, weight }: ServiceTarget,
  levels: readonly number[],
): EndpointConfig {
  const level = Math.min(levels.indexOf(priority), deepestLevel);
  return {
    ...endpoint,
    port,
    hostname: endpoint.hostname === '' ? name : endpoint.hostname,
    priority: Math.min(endpoint.priority + level, highestPriority),
    weight: Math.max(1, weight),
  };
}

/** More levels than anybody has told apart are one. */
const deepestLevel = 15;
/** Of Envoy's. */
const highestPriority = 128;
