import { statBlock } from '../../api/stats.js';

/** `dns_cache.<name>.` */
export const N = statBlock({
  counters: [
    'cache_load',
    'dns_address_filter_out',
    'dns_query_attempt',
    'dns_query_failure',
    'dns_query_success',
    'dns_query_timeout',
    'dns_rq_pending_overflow',
    'host_added',
    'host_address_changed',
    'host_overflow',
    'host_removed',
  ],
  gauges: ['num_hosts'],
});

/** `dns_cache.<name>.circuit_breakers.` */
export const NB = statBlock({ gauges: ['rq_pending_open', 'rq_pending_remaining'] });
