import type { HostRecord } from '../../api/messages-upstream.js';
import { HostHealth, type LocalityConfig } from '../../api/upstream.js';
import type { ClusterConfig } from '../config.js';
import type { EndpointConfig } from '../endpoints-config.js';
import type { FoundHost } from './discovery.js';

/** What `health_status` of an endpoint says. */
const configuredHealth: { readonly [status: string]: number } = {
  UNHEALTHY: HostHealth.failedEdsHealth,
  TIMEOUT: HostHealth.failedEdsHealth | HostHealth.edsStatusTimeout,
  HEALTHY: HostHealth.edsStatusHealthy,
  DRAINING: HostHealth.edsStatusDraining,
  DEGRADED: HostHealth.degradedEdsHealth,
};

/** Bits that come from there alone. */
export const configuredHealthMask =
  HostHealth.failedEdsHealth | HostHealth.edsStatusDraining | HostHealth.degradedEdsHealth;

/** Bits that health checks set. */
export const checkedHealthMask =
  HostHealth.failedActiveHc |
  HostHealth.degradedActiveHc |
  HostHealth.pendingActiveHc |
  HostHealth.activeHcTimeout |
  HostHealth.excludedViaImmediateHcFail;

export function endpointHealth(status: string): number {
  return configuredHealth[status] ?? 0;
}

/** Health bits of a new host of that endpoint: failed until its first check, if it is going to be checked. */
export function initialHealth(cluster: ClusterConfig, endpoint: EndpointConfig): number {
  const configured = endpointHealth(endpoint.healthStatus);
  if (cluster.healthChecks.length === 0 || endpoint.healthCheck?.disabled === true) return configured;
  const isExcluded = cluster.type !== 'STATIC' && cluster.ignoreNewHostsUntilFirstHc;
  return configured | HostHealth.failedActiveHc | (isExcluded ? HostHealth.pendingActiveHc : 0);
}

/** A host's own hostname is the endpoint's, else the name that was resolved. */
export function hostRecord(
  cluster: ClusterConfig,
  { endpoint, address, alternatives = endpoint.alternatives ?? [] }: FoundHost,
  slot: number,
): HostRecord {
  const isNamed = cluster.type === 'STRICT_DNS' || cluster.type === 'LOGICAL_DNS';
  const { localityMetadata = null } = endpoint;
  const resolvedName = isNamed && !endpoint.isPipe ? endpoint.address : '';
  return {
    slot,
    ip: address.ip,
    port: address.port,
    hostname: endpoint.hostname || resolvedName,
    weight: endpoint.weight,
    priority: endpoint.priority,
    locality: endpoint.locality,
    localityWeight: endpoint.localityWeight,
    metadata: endpoint.metadata,
    healthCheck: endpoint.healthCheck,
    ...(alternatives.length === 0 ? {} : { alternatives }),
    ...(localityMetadata === null ? {} : { localityMetadata }),
  };
}

/** Whether a host that discovery names again is the host that it was, or another one at the same address. */
export function isSameHost(a: HostRecord, b: HostRecord, isChecked: boolean): boolean {
  const isNamedAlike = a.hostname === b.hostname && isSameLocality(a.locality, b.locality);
  return isNamedAlike && (!isChecked || JSON.stringify(a.healthCheck) === JSON.stringify(b.healthCheck));
}

function isSameLocality(a: LocalityConfig, b: LocalityConfig): boolean {
  return a.region === b.region && a.zone === b.zone && a.subZone === b.subZone;
}

/** Whether threads need not be told of what is said anew of the same host. */
export function isSameRecord(a: HostRecord, b: HostRecord): boolean {
  return (
    a.weight === b.weight &&
    a.priority === b.priority &&
    a.localityWeight === b.localityWeight &&
    a.alternatives?.join() === b.alternatives?.join() &&
    isSameMetadata(a, b)
  );
}

export function isSameMetadata(a: HostRecord, b: HostRecord): boolean {
  return (
    JSON.stringify(a.metadata) === JSON.stringify(b.metadata) &&
    JSON.stringify(a.localityMetadata) === JSON.stringify(b.localityMetadata)
  );
}
