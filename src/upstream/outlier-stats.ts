import { statBlock } from '../api/stats.js';
import type { Detector } from './outlier-config.js';

/** `cluster.<name>.outlier_detection.` */
export const O = statBlock({
  counters: [
    'ejections_consecutive_5xx',
    'ejections_detected_consecutive_5xx',
    'ejections_detected_consecutive_gateway_failure',
    'ejections_detected_consecutive_local_origin_failure',
    'ejections_detected_degradation',
    'ejections_detected_failure_percentage',
    'ejections_detected_local_origin_failure_percentage',
    'ejections_detected_local_origin_success_rate',
    'ejections_detected_success_rate',
    'ejections_enforced_consecutive_5xx',
    'ejections_enforced_consecutive_gateway_failure',
    'ejections_enforced_consecutive_local_origin_failure',
    'ejections_enforced_failure_percentage',
    'ejections_enforced_local_origin_failure_percentage',
    'ejections_enforced_local_origin_success_rate',
    'ejections_enforced_success_rate',
    'ejections_enforced_total',
    'ejections_overflow',
    'ejections_success_rate',
    'ejections_total',
  ],
  gauges: ['ejections_active'],
});

/** What each detector counts when it strikes. */
export const detectedStats: { readonly [detector in Detector]: number } = {
  consecutive_5xx: O.ejections_detected_consecutive_5xx,
  consecutive_gateway_failure: O.ejections_detected_consecutive_gateway_failure,
  consecutive_local_origin_failure: O.ejections_detected_consecutive_local_origin_failure,
  success_rate: O.ejections_detected_success_rate,
  local_origin_success_rate: O.ejections_detected_local_origin_success_rate,
  failure_percentage: O.ejections_detected_failure_percentage,
  failure_percentage_local_origin: O.ejections_detected_local_origin_failure_percentage,
};

/** And when the host is ejected for it. */
export const enforcedStats: { readonly [detector in Detector]: number } = {
  consecutive_5xx: O.ejections_enforced_consecutive_5xx,
  consecutive_gateway_failure: O.ejections_enforced_consecutive_gateway_failure,
  consecutive_local_origin_failure: O.ejections_enforced_consecutive_local_origin_failure,
  success_rate: O.ejections_enforced_success_rate,
  local_origin_success_rate: O.ejections_enforced_local_origin_success_rate,
  failure_percentage: O.ejections_enforced_failure_percentage,
  failure_percentage_local_origin: O.ejections_enforced_local_origin_failure_percentage,
};
