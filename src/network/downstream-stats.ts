import { statBlock } from '../api/stats.js';

const connectionCounters = [
  'downstream_cx_destroy',
  'downstream_cx_overflow',
  'downstream_cx_overload_reject',
  'downstream_cx_total',
  'downstream_cx_transport_socket_connect_timeout',
  'downstream_global_cx_overflow',
  'downstream_listener_filter_error',
  'downstream_listener_filter_remote_close',
  'downstream_pre_cx_timeout',
  'no_filter_chain_match',
] as const;

const kinds = {
  gauges: ['downstream_cx_active', 'downstream_pre_cx_active'],
  histograms: ['connections_accepted_per_socket_event', 'downstream_cx_length_ms'],
  histogramUnits: { connections_accepted_per_socket_event: 'count' },
} as const;

/** `listener.admin.`: a listener that no control plane configures. */
export const AD = statBlock({ counters: connectionCounters, ...kinds });

/** `listener.<address>.`: connections of a listener. */
export const D = statBlock({
  counters: [...connectionCounters, 'extension_config_missing', 'network_extension_config_missing'],
  ...kinds,
});

/** `listener.<address>.worker_N.`: the same per worker. */
export const DW = statBlock({ counters: ['downstream_cx_total'], gauges: ['downstream_cx_active'] });
