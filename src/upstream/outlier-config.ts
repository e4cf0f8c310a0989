import type { ConfigNode } from '../api/config-node.js';

/** Consecutive-error ejection; the interval statistics are not here yet. */
export type OutlierConfig = {
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionMs: number;
  readonly maxEjectionPercent: number;
  readonly consecutive5xx: number;
  readonly enforcing5xxPercent: number;
  readonly consecutiveGateway: number;
  readonly enforcingGatewayPercent: number;
  readonly alwaysEjectOneHost: boolean;
  readonly maxJitterMs: number;
  /** A host that passes its active health check comes back at once. */
  readonly unejectOnHealthCheck: boolean;
};

/** Reads `outlier_detection` of a cluster; null when it is absent. */
export function parseOutlierDetection(cluster: ConfigNode): OutlierConfig | null {
  const node = cluster.message('outlier_detection');
  if (node === undefined) return null;
  const baseEjectionMs = node.duration('base_ejection_time', 30_000);
  if (node.number('enforcing_success_rate', 100) > 0) {
    node.noEffect(
      'enforcing_success_rate',
      'success-rate ejection is not built yet: hosts are judged by consecutive errors',
    );
  }
  return {
    intervalMs: node.duration('interval', 10_000),
    baseEjectionMs,
    maxEjectionMs: node.duration('max_ejection_time', Math.max(300_000, baseEjectionMs)),
    maxEjectionPercent: node.number('max_ejection_percent', 10),
    consecutive5xx: node.number('consecutive_5xx', 5),
    enforcing5xxPercent: node.number('enforcing_consecutive_5xx', 100),
    consecutiveGateway: node.number('consecutive_gateway_failure', 5),
    enforcingGatewayPercent: node.number('enforcing_consecutive_gateway_failure', 0),
    alwaysEjectOneHost: node.bool('always_eject_one_host'),
    maxJitterMs: node.duration('max_ejection_time_jitter', 0),
    unejectOnHealthCheck: node.bool('successful_active_health_check_uneject_host', true),
  };
}
