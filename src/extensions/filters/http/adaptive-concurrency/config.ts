import type { ConfigNode } from '../../../../api/config-node.js';
import { statusCodeOf } from '../../../../api/status-codes.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';

/** `GradientControllerConfig`; every number but the fixed time may be overridden by runtime. */
export type GradientConfig = {
  /** Percent. */
  readonly percentile: number;
  readonly maxLimit: number;
  readonly updateMs: number;
  /** 0: never measured again. */
  readonly minRttIntervalMs: number;
  readonly minRttRequests: number;
  /** Percent. */
  readonly jitter: number;
  readonly minConcurrency: number;
  /** Percent. */
  readonly buffer: number;
  /** Milliseconds that are taken for the least time without measuring; 0: it is measured. */
  readonly fixedMs: number;
};

/** `envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency`. */
export type AdaptiveConcurrencyConfig = {
  readonly gradient: GradientConfig;
  readonly enabled: FeatureFlag;
  readonly status: number;
};

export function parseAdaptiveConcurrency(node: ConfigNode): AdaptiveConcurrencyConfig {
  const status = statusCodeOf(node.message('concurrency_limit_exceeded_status')?.enum('code') ?? '') ?? 503;
  return {
    gradient: parseGradient(node.message('gradient_controller_config')),
    enabled: parseFeatureFlag(node, 'enabled', true),
    status: status < 400 ? 503 : status,
  };
}

function parseGradient(node: ConfigNode | undefined): GradientConfig {
  const limits = node?.message('concurrency_limit_params');
  const minRtt = node?.message('min_rtt_calc_params');
  if (minRtt !== undefined && !minRtt.has('interval') && !minRtt.has('fixed_value')) {
    // The first name is Envoy's own mistake.
    minRtt.error('adaptive_concurrency: neither `concurrency_update_interval` nor `fixed_value` set');
  }
  return {
    percentile: node?.message('sample_aggregate_percentile')?.number('value', 50) ?? 50,
    maxLimit: limits?.number('max_concurrency_limit', 1000) ?? 1000,
    updateMs: limits?.duration('concurrency_update_interval', 100) ?? 100,
    minRttIntervalMs: minRtt?.duration('interval', 0) ?? 0,
    minRttRequests: minRtt?.number('request_count', 50) ?? 50,
    jitter: minRtt?.message('jitter')?.number('value', 15) ?? 15,
    minConcurrency: minRtt?.number('min_concurrency', 3) ?? 3,
    buffer: minRtt?.message('buffer')?.number('value', 25) ?? 25,
    fixedMs: minRtt?.duration('fixed_value', 0) ?? 0,
  };
}
