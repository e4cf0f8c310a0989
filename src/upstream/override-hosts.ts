import { degradedMask, type Host, HostHealth, type HostOverride, unhealthyMask } from '../api/upstream.js';

/** Hosts of a cluster by their addresses, for requests that name one (`override_host_status`). */
export class OverrideHosts {
  private readonly statuses: ReadonlySet<string>;
  /** Null until a request names a host. */
  private byAddress: Map<string, Host> | null;

  constructor(statuses: readonly string[]) {
    this.statuses = new Set(statuses);
    this.byAddress = null;
  }

  /** Other hosts have taken the place of those before. */
  reset(): void {
    this.byAddress = null;
  }

  /** Null when there is no such host, or its health is not among those that are asked for. */
  find(hosts: readonly Host[], { address }: HostOverride): Host | null {
    this.byAddress ??= new Map(hosts.map((host) => [host.address.text, host]));
    const host = this.byAddress.get(address);
    return host !== undefined && this.statuses.has(statusOf(host.health)) ? host : null;
  }
}

const failedChecks = HostHealth.failedActiveHc | HostHealth.failedOutlierCheck;

/** What checks found comes before what the configuration says. */
function statusOf(health: number): string {
  if ((health & failedChecks) !== 0) return 'UNHEALTHY';
  if ((health & HostHealth.edsStatusDraining) !== 0) return 'DRAINING';
  if ((health & HostHealth.edsStatusTimeout) !== 0) return 'TIMEOUT';
  if ((health & unhealthyMask) !== 0) return 'UNHEALTHY';
  if ((health & degradedMask) !== 0) return 'DEGRADED';
  return (health & HostHealth.edsStatusHealthy) !== 0 ? 'HEALTHY' : 'UNKNOWN';
}
