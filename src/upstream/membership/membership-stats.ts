import { statBlock } from '../../api/stats.js';

/** `cluster.<name>.`: who is in the cluster and what discovery does; main writes it. */
export const M = statBlock({
  counters: [
    'assignment_stale',
    'assignment_timeout_received',
    'assignment_use_cached',
    'membership_change',
    'update_attempt',
    'update_empty',
    'update_failure',
    'update_no_rebuild',
    'update_success',
  ],
  gauges: [
    'max_host_weight',
    'membership_degraded',
    'membership_excluded',
    'membership_healthy',
    'membership_total',
    'version',
    'warming_state',
  ],
});
