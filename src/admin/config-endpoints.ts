import type { ClusterView, HostView } from '../upstream/membership/cluster-view.js';
import type { JsonObject } from './field-mask.js';

/** Hosts as clusters have them now, as `ClusterLoadAssignment`s. */
export function* endpointConfigs(clusters: Iterable<ClusterView>): Generator<JsonObject, void> {
  for (const cluster of clusters) yield { endpoint_config: loadAssignment(cluster) };
}

function loadAssignment(cluster: ClusterView): JsonObject {
  const { overprovisioningFactor, dropMillionths, dropCategory } = cluster.policy;
  const groups = cluster.isFlat ? Array.from(cluster.hosts, (host) => [host]) : byLocality(cluster.hosts);
  const endpoints = groups.map((hosts) => localityEndpoints(hosts, cluster.isFlat));
  const drop = {
    category: dropCategory,
    drop_percentage: { numerator: dropMillionths, denominator: 'MILLION' },
  };
  return {
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: cluster.edsServiceName || cluster.name,
    ...(endpoints.length === 0 ? {} : { endpoints }),
    policy: {
      ...(dropMillionths === 0 ? {} : { drop_overloads: [drop] }),
      overprovisioning_factor: overprovisioningFactor,
    },
  };
}

/** Hosts of one priority and locality stand together, localities in the order of their names. */
function byLocality(hosts: Iterable<HostView>): readonly (readonly HostView[])[] {
  const groups = new Map<string, HostView[]>();
  for (const host of hosts) {
    const { region, zone, subZone } = host.locality;
    const level = String(host.priority).padStart(3, '0');
    const key = [level, region, zone, subZone].join('\0');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [host]);
    else group.push(host);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function localityEndpoints(hosts: readonly HostView[], isFlat: boolean): JsonObject {
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
    ...(isFlat ? {} : { load_balancing_weight: first?.localityWeight ?? 0 }),
    ...(priority === 0 ? {} : { priority }),
  };
}

function lbEndpoint(host: HostView): JsonObject {
  return {
    endpoint: {
      address: hostAddress(host),
      health_check_config: healthCheckOf(host),
      ...(host.hostname === '' ? {} : { hostname: host.hostname }),
    },
    health_status: host.status.toUpperCase(),
    ...(host.metadata === null ? {} : { metadata: host.metadata }),
    load_balancing_weight: host.weight,
  };
}

function healthCheckOf({ healthCheck, port }: HostView): JsonObject {
  const checked = healthCheck?.port ?? 0;
  const hostname = healthCheck?.hostname ?? '';
  return {
    ...(checked === 0 || checked === port ? {} : { port_value: checked }),
    ...(hostname === '' ? {} : { hostname }),
  };
}

/** Also the address in `/clusters?format=json`. */
export function hostAddress(host: HostView): JsonObject {
  if (host.ip.startsWith('/') || host.ip.startsWith('@')) return { pipe: { path: host.ip } };
  return { socket_address: { address: host.ip, port_value: host.port } };
}
