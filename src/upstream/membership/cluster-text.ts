import type { ClusterView, HostView, LimitsView } from './cluster-view.js';

/** A cluster as `/clusters` prints it, in pieces of some lines: one for the cluster, one for each host. */
export function* clusterText(view: ClusterView): Generator<string, void> {
  const lines = [`observability_name::${view.observabilityName}`];
  if (view.outlier !== null) {
    const { external, local } = view.outlier;
    lines.push(
      `outlier::success_rate_average::${rateText(external.average)}`,
      `outlier::success_rate_ejection_threshold::${rateText(external.threshold)}`,
      `outlier::local_origin_success_rate_average::${rateText(local.average)}`,
      `outlier::local_origin_success_rate_ejection_threshold::${rateText(local.threshold)}`,
    );
  }
  lines.push(
    ...limitLines('default_priority', view.limits[0]),
    ...limitLines('high_priority', view.limits[1]),
  );
  lines.push(`added_via_api::${view.isAddedViaApi}`);
  if (view.edsServiceName !== '') lines.push(`eds_service_name::${view.edsServiceName}`);
  yield joined(`${view.name}::`, lines);
  for (const host of view.hosts) yield joined(`${view.name}::${host.address}::`, hostLines(host));
}

function joined(prefix: string, lines: readonly string[]): string {
  return lines.map((line) => `${prefix}${line}\n`).join('');
}

function limitLines(priority: string, limits: LimitsView): readonly string[] {
  return [
    `${priority}::max_connections::${limits.maxConnections}`,
    `${priority}::max_pending_requests::${limits.maxPendingRequests}`,
    `${priority}::max_requests::${limits.maxRequests}`,
    `${priority}::max_retries::${limits.maxRetries}`,
  ];
}

function hostLines(host: HostView): readonly string[] {
  return [
    ...host.stats.map(([name, , value]) => `${name}::${value}`),
    `hostname::${host.hostname}`,
    `health_flags::${host.healthFlags}`,
    `weight::${host.weight}`,
    `region::${host.locality.region}`,
    `zone::${host.locality.zone}`,
    `sub_zone::${host.locality.subZone}`,
    `canary::${host.isCanary}`,
    `priority::${host.priority}`,
    `success_rate::${rateText(host.successRate)}`,
    `local_origin_success_rate::${rateText(host.localSuccessRate)}`,
  ];
}

/** Six significant digits, as C++ streams print. */
function rateText(rate: number): string {
  return String(Number(rate.toPrecision(6)));
}
