import { HostHealth } from '../api/upstream.js';
import type { ClusterView, HostView, LimitsView } from '../upstream/membership/cluster-view.js';
import { hostAddress } from './config-endpoints.js';
import { indented, ListText } from './list-text.js';

/** `envoy.admin.v3.Clusters`, a cluster at a time. */
export function* clustersJson(views: Iterable<ClusterView>): Generator<string, void> {
  const list = new ListText(' "cluster_statuses": [', ' ]');
  yield '{';
  for (const view of views) yield list.item(indented(clusterStatus(view), 2));
  yield `${list.end('\n')}}\n`;
}

/** Proto JSON: zeros, empty texts and `false` are left out. */
function clusterStatus(view: ClusterView): object {
  const hosts = Array.from(view.hosts, hostStatus);
  return {
    name: view.name,
    ...(view.isAddedViaApi ? { added_via_api: true } : {}),
    ...ratesOf(view),
    ...(hosts.length > 0 ? { host_statuses: hosts } : {}),
    circuit_breakers: {
      thresholds: [thresholds(view.limits[0]), { priority: 'HIGH', ...thresholds(view.limits[1]) }],
    },
    observability_name: view.observabilityName,
    ...(view.edsServiceName === '' ? {} : { eds_service_name: view.edsServiceName }),
  };
}

/** Percents that were measured; the average is nowhere in the message. */
function ratesOf({ outlier }: ClusterView): object {
  return {
    ...percent('success_rate_ejection_threshold', outlier?.external.threshold ?? -1),
    ...percent('local_origin_success_rate_ejection_threshold', outlier?.local.threshold ?? -1),
  };
}

function percent(field: string, value: number): object {
  return value < 0 ? {} : { [field]: value === 0 ? {} : { value } };
}

function thresholds(limits: LimitsView): object {
  return {
    max_connections: limits.maxConnections,
    max_pending_requests: limits.maxPendingRequests,
    max_requests: limits.maxRequests,
    max_retries: limits.maxRetries,
  };
}

function hostStatus(host: HostView): object {
  const { region, zone, subZone } = host.locality;
  return {
    address: hostAddress(host),
    stats: [...statsOf(host, 'counter'), ...statsOf(host, 'gauge')],
    health_status: healthStatus(host.health),
    ...percent('success_rate', host.successRate),
    weight: host.weight,
    ...(host.hostname === '' ? {} : { hostname: host.hostname }),
    ...(host.priority === 0 ? {} : { priority: host.priority }),
    ...percent('local_origin_success_rate', host.localSuccessRate),
    locality: {
      ...(region === '' ? {} : { region }),
      ...(zone === '' ? {} : { zone }),
      ...(subZone === '' ? {} : { sub_zone: subZone }),
    },
  };
}

/** 64-bit values are strings. */
function statsOf(host: HostView, wanted: 'counter' | 'gauge'): object[] {
  return host.stats
    .filter(([, kind]) => kind === wanted)
    .map(([name, kind, value]) => ({
      ...(kind === 'gauge' ? { type: 'GAUGE' } : {}),
      name,
      ...(value === 0 ? {} : { value: String(value) }),
    }));
}

const healthFields: readonly (readonly [bit: number, name: string])[] = [
  [HostHealth.failedActiveHc, 'failed_active_health_check'],
  [HostHealth.failedOutlierCheck, 'failed_outlier_check'],
  [HostHealth.degradedActiveHc, 'failed_active_degraded_check'],
  [HostHealth.pendingDynamicRemoval, 'pending_dynamic_removal'],
  [HostHealth.pendingActiveHc, 'pending_active_hc'],
  [HostHealth.excludedViaImmediateHcFail, 'excluded_via_immediate_hc_fail'],
  [HostHealth.activeHcTimeout, 'active_hc_timeout'],
];

function healthStatus(health: number): object {
  const set = healthFields.filter(([bit]) => (health & bit) !== 0).map(([, name]) => [name, true] as const);
  return { ...Object.fromEntries(set), eds_health_status: edsHealth(health) };
}

function edsHealth(health: number): string {
  if ((health & HostHealth.edsStatusDraining) !== 0) return 'DRAINING';
  if ((health & HostHealth.failedEdsHealth) !== 0) return 'UNHEALTHY';
  return (health & HostHealth.degradedEdsHealth) !== 0 ? 'DEGRADED' : 'HEALTHY';
}
