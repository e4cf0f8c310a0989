import { statBlock } from '../../api/stats.js';

/** `http2.` of the process (downstream) and `cluster.<name>.http2.`: what the codecs refuse, reset and hold. */
export const Http2 = statBlock({
  counters: [
    'cookies_total_bytes_too_large',
    'dropped_headers_with_underscores',
    'goaway_sent',
    'header_list_size_too_large',
    'header_overflow',
    'headers_cb_no_stream',
    'inbound_empty_frames_flood',
    'inbound_priority_frames_flood',
    'inbound_window_update_frames_flood',
    'keepalive_timeout',
    'metadata_empty_frames',
    'nghttp2_downstream_connections',
    'nghttp2_upstream_connections',
    'oghttp2_downstream_connections',
    'oghttp2_upstream_connections',
    'outbound_control_flood',
    'outbound_flood',
    'requests_rejected_with_underscores_in_headers',
    'rx_messaging_error',
    'rx_reset',
    'stream_refused_errors',
    'trailers',
    'tx_flush_timeout',
    'tx_reset',
  ],
  gauges: [
    'deferred_stream_close',
    'outbound_control_frames_active',
    'outbound_frames_active',
    'pending_send_bytes',
    'streams_active',
  ],
  // Envoy lists them and records nothing.
  histograms: ['cookie_count', 'cookie_size', 'header_count', 'header_list_size'],
});
