import { statBlock } from '../api/stats.js';

/** Of a connection manager. */
const connectionCounters = [
  'downstream_cx_delayed_close_timeout',
  'downstream_cx_destroy',
  'downstream_cx_destroy_active_rq',
  'downstream_cx_destroy_local',
  'downstream_cx_destroy_local_active_rq',
  'downstream_cx_destroy_remote',
  'downstream_cx_destroy_remote_active_rq',
  'downstream_cx_drain_close',
  'downstream_cx_http1_total',
  'downstream_cx_http2_total',
  'downstream_cx_http3_total',
  'downstream_cx_idle_timeout',
  'downstream_cx_max_duration_reached',
  'downstream_cx_max_requests_reached',
  'downstream_cx_overload_disable_keepalive',
  'downstream_cx_protocol_error',
  'downstream_cx_rx_bytes_total',
  'downstream_cx_ssl_total',
  'downstream_cx_total',
  'downstream_cx_tx_bytes_total',
  'downstream_cx_upgrades_total',
  'downstream_flow_control_paused_reading_total',
  'downstream_flow_control_resumed_reading_total',
  'downstream_rq_1xx',
  'downstream_rq_2xx',
  'downstream_rq_3xx',
  'downstream_rq_4xx',
  'downstream_rq_5xx',
  'downstream_rq_completed',
  'downstream_rq_failed_path_normalization',
  'downstream_rq_header_timeout',
  'downstream_rq_http1_total',
  'downstream_rq_http2_total',
  'downstream_rq_http3_total',
  'downstream_rq_idle_timeout',
  'downstream_rq_max_duration_reached',
  'downstream_rq_non_relative_path',
  'downstream_rq_overload_close',
  'downstream_rq_redirected_with_normalized_path',
  'downstream_rq_rejected_via_ip_detection',
  'downstream_rq_response_before_rq_complete',
  'downstream_rq_rx_reset',
  'downstream_rq_timeout',
  'downstream_rq_too_large',
  'downstream_rq_too_many_premature_resets',
  'downstream_rq_total',
  'downstream_rq_tx_reset',
  'downstream_rq_ws_on_non_ws_route',
  'rs_too_large',
] as const;

/** What a connection manager's router counts, and filters that fail. */
const routerCounters = [
  'filter_error',
  'no_cluster',
  'no_route',
  'passthrough_internal_redirect_bad_location',
  'passthrough_internal_redirect_no_route',
  'passthrough_internal_redirect_predicate',
  'passthrough_internal_redirect_too_many_redirects',
  'passthrough_internal_redirect_unsafe_scheme',
  'rq_direct_response',
  'rq_overload_local_reply',
  'rq_redirect',
  'rq_reset_after_downstream_response_started',
  'rq_total',
] as const;

const gauges = [
  'downstream_cx_active',
  'downstream_cx_http1_active',
  'downstream_cx_http1_soft_drain',
  'downstream_cx_http2_active',
  'downstream_cx_http3_active',
  'downstream_cx_rx_bytes_buffered',
  'downstream_cx_ssl_active',
  'downstream_cx_tx_bytes_buffered',
  'downstream_cx_upgrades_active',
  'downstream_rq_active',
] as const;

const histograms = ['downstream_cx_length_ms', 'downstream_rq_time'] as const;

/** Connections and requests alone, for a server without routes: the admin server. Counters have the slots of `H`. */
export const A = statBlock({ counters: connectionCounters, gauges, histograms });

/** `http.<stat_prefix>.`: connections and requests of a connection manager, and what its router counts. */
export const H = statBlock({ counters: [...connectionCounters, ...routerCounters], gauges, histograms });

/** `http.<stat_prefix>.tracing.` */
export const Tracing = statBlock({
  counters: ['client_enabled', 'health_check', 'not_traceable', 'random_sampling', 'service_forced'],
});

/** What clusters' own requests are counted for: the router's stats alone. */
export const AsyncRouter = statBlock({ counters: routerCounters.filter((name) => name !== 'filter_error') });

/** `vhost.<name>.vcluster.<name>.`, `vhost.<name>.route.<stat_prefix>.` */
export const V = statBlock({
  counters: [
    'upstream_rq_retry',
    'upstream_rq_retry_limit_exceeded',
    'upstream_rq_retry_overflow',
    'upstream_rq_retry_success',
    'upstream_rq_timeout',
    'upstream_rq_total',
  ],
});

/** `listener.<address>.http.<stat_prefix>.`: the same responses, seen from the listener. */
export const L = statBlock({
  counters: [
    'downstream_rq_1xx',
    'downstream_rq_2xx',
    'downstream_rq_3xx',
    'downstream_rq_4xx',
    'downstream_rq_5xx',
    'downstream_rq_completed',
  ],
});

/** Slots of `downstream_rq_Nxx` by the first digit of the status. */
export const managerClassSlots: readonly number[] = [
  0,
  H.downstream_rq_1xx,
  H.downstream_rq_2xx,
  H.downstream_rq_3xx,
  H.downstream_rq_4xx,
  H.downstream_rq_5xx,
];

export const listenerClassSlots: readonly number[] = [
  0,
  L.downstream_rq_1xx,
  L.downstream_rq_2xx,
  L.downstream_rq_3xx,
  L.downstream_rq_4xx,
  L.downstream_rq_5xx,
];
