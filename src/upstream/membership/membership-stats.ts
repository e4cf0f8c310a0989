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

/** `cluster_manager.`: clusters as they come, change and go. */
export const CM = statBlock({
  counters: [
    'cluster_added',
    'cluster_modified',
    'cluster_removed',
    'cluster_updated',
    'cluster_updated_via_merge',
    'update_merge_cancelled',
    'update_out_of_merge_window',
  ],
});
