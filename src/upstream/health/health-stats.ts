import { statBlock } from '../../api/stats.js';

/** `cluster.<name>.health_check.` */
export const H = statBlock({
  counters: ['attempt', 'failure', 'network_failure', 'passive_failure', 'success', 'verify_cluster'],
  gauges: ['degraded', 'healthy'],
});

/** The same place where a cluster has several checks, which count below `name.<name>.` of it. */
export const J = statBlock({ gauges: ['degraded', 'healthy'] });
