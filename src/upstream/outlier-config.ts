import type { ConfigNode } from '../api/config-node.js';

/** Who the errors are of: the host's answers, or our own side of reaching it. */
export type OutlierOrigin = 'external' | 'local';

/** Ejection by how often requests succeed within an interval. */
export type SuccessRateConfig = {
  readonly minimumHosts: number;
  readonly requestVolume: number;
  /** Thousandths of a standard deviation. */
  readonly stdevFactor: number;
};

export type FailurePercentageConfig = {
  readonly threshold: number;
  readonly minimumHosts: number;
  readonly requestVolume: number;
};

/** Percentages by the name of the field after `enforcing_`, which is the runtime key as well. */
export type EnforcingConfig = { readonly [detector in Detector]: number };

export type Detector =
  | 'consecutive_5xx'
  | 'consecutive_gateway_failure'
  | 'consecutive_local_origin_failure'
  | 'success_rate'
  | 'local_origin_success_rate'
  | 'failure_percentage'
  | 'failure_percentage_local_origin';

export type OutlierConfig = {
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionMs: number;
  readonly maxEjectionPercent: number;
  readonly consecutive5xx: number;
  readonly consecutiveGateway: number;
  readonly consecutiveLocal: number;
  /** Failures to reach a host are judged apart from its answers. */
  readonly splitsOrigins: boolean;
  readonly successRate: SuccessRateConfig;
  readonly failurePercentage: FailurePercentageConfig;
  readonly enforcing: EnforcingConfig;
  readonly alwaysEjectOneHost: boolean;
  readonly maxJitterMs: number;
  /** A host whose answers call themselves degraded counts as that for a time. */
  readonly detectsDegraded: boolean;
  /** A host that passes its active health check comes back at once. */
  readonly unejectOnHealthCheck: boolean;
};

/** Reads `outlier_detection` of a cluster; null when it is absent. */
export function parseOutlierDetection(cluster: ConfigNode): OutlierConfig | null {
  const node = cluster.message('outlier_detection');
  if (node === undefined) return null;
  const baseEjectionMs = node.duration('base_ejection_time', 30_000);
  const maxEjectionMs = node.duration('max_ejection_time', Math.max(300_000, baseEjectionMs));
  if (maxEjectionMs < baseEjectionMs) {
    node.error(
      "outlier detector's max_ejection_time cannot be smaller than base_ejection_time",
      'max_ejection_time',
    );
  }
  return {
    intervalMs: node.duration('interval', 10_000),
    baseEjectionMs,
    maxEjectionMs,
    maxEjectionPercent: node.number('max_ejection_percent', 10),
    consecutive5xx: node.number('consecutive_5xx', 5),
    consecutiveGateway: node.number('consecutive_gateway_failure', 5),
    consecutiveLocal: node.number('consecutive_local_origin_failure', 5),
    splitsOrigins: node.bool('split_external_local_origin_errors'),
    successRate: {
      minimumHosts: node.number('success_rate_minimum_hosts', 5),
      requestVolume: node.number('success_rate_request_volume', 100),
      stdevFactor: node.number('success_rate_stdev_factor', 1900),
    },
    failurePercentage: {
      threshold: node.number('failure_percentage_threshold', 85),
      minimumHosts: node.number('failure_percentage_minimum_hosts', 5),
      requestVolume: node.number('failure_percentage_request_volume', 50),
    },
    enforcing: parseEnforcing(node),
    alwaysEjectOneHost: node.bool('always_eject_one_host'),
    detectsDegraded: node.bool('detect_degraded_hosts'),
    maxJitterMs: node.duration('max_ejection_time_jitter', 0),
    unejectOnHealthCheck: node.bool('successful_active_health_check_uneject_host', true),
  };
}

function parseEnforcing(node: ConfigNode): EnforcingConfig {
  return {
    consecutive_5xx: node.number('enforcing_consecutive_5xx', 100),
    consecutive_gateway_failure: node.number('enforcing_consecutive_gateway_failure', 0),
    consecutive_local_origin_failure: node.number('enforcing_consecutive_local_origin_failure', 100),
    success_rate: node.number('enforcing_success_rate', 100),
    local_origin_success_rate: node.number('enforcing_local_origin_success_rate', 100),
    failure_percentage: node.number('enforcing_failure_percentage', 0),
    failure_percentage_local_origin: node.number('enforcing_failure_percentage_local_origin', 0),
  };
}
