import { HostHealth } from '../api/upstream.js';
import type { ClusterView, HostView } from '../upstream/membership/cluster-view.js';
import type { JsonObject } from './field-mask.js';

/** Hosts as clusters have them now, as `ClusterLoadAssignment`s. */
export function* endpointConfigs(clusters: Iterable<ClusterView>): Generator<JsonObject, void> {
  for (const cluster of clusters) yield { endpoint_config: loadAssignment(cluster) };
}

function loadAssignment(cluster: ClusterView): JsonObject {
  return {
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: cluster.name,
    endpoints: [...byLocality(cluster.hosts).values()].map(localityEndpoints),
    policy: { overprovisioning_factor: 140 },
  };
}

/** Hosts of one priority and locality stand together, in the order of their first. */
function byLocality(hosts: Iterable<HostView>): Map<string, HostView[]> {
  const groups = new Map<string, HostView[]>();
  for (const host of hosts) {
    const { region, zone, subZone } = host.locality;
    const key = JSON.stringify([host.priority, region, zone, subZone]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [host]);
    else group.push(host);
  }
  return groups;
}

function localityEndpoints(hosts: readonly HostView[]): JsonObject {
  const [first] = hosts;
  const { region = '', zone = '', subZone = '' } = first?.locality ?? {};
  const priority = first?.priority ?? 0;
  return {
    locality: {
      ...(region === '' ? {} : { region }),
      ...(zone === '' ? {} : { zone }),
      ...(subZone === '' ? {} : { sub_zone: subZone }),
    },
    lb_endpoints: hosts.map(lbEndpoint),
    ...(priority === 0 ? {} : { priority }),
  };
}

function lbEndpoint(host: HostView): JsonObject {
  return {
    endpoint: {
      address: hostAddress(host),
      ...(host.hostname === '' ? {} : { hostname: host.hostname }),
    },
    health_status: healthStatus(host),
    load_balancing_weight: host.weight,
  };
}

/** Also the address in `/clusters?format=json`. */
export function hostAddress(host: HostView): JsonObject {
  if (host.ip.startsWith('/') || host.ip.startsWith('@')) return { pipe: { path: host.ip } };
  return { socket_address: { address: host.ip, port_value: host.port } };
}

function healthStatus({ health, status }: HostView): string {
  if ((health & HostHealth.edsStatusDraining) !== 0) return 'DRAINING';
  return status.toUpperCase();
}
