import type { Protocol } from './exchange.js';

/** Health checks, outlier detection and retries over all origins; what went wrong is logged. */
export function chaosBootstrap(ports: readonly number[], protocol: Protocol, logFile: string): string {
  const codec = protocol === 'http1' ? 'http_protocol_options' : 'http2_protocol_options';
  const endpoints = ports.map(
    (port) => `{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } } }`,
  );
  return `
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          access_log:
          - name: file
            filter: { response_flag_filter: {} }
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: ${logFile}
              log_format:
                text_format_source:
                  inline_string: >
                    client %DOWNSTREAM_REMOTE_ADDRESS% %START_TIME% +%DURATION%ms %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS%
                    %RESPONSE_CODE_DETAILS% host %UPSTREAM_HOST% sent %BYTES_SENT% of %RESP(CONTENT-LENGTH)%
                    %SLUICE_AUTOPSY%
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              response_headers_to_add:
              - { header: { key: x-flags, value: "%RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%" } }
              routes:
              - match: { prefix: / }
                route:
                  cluster: origins
                  timeout: 60s
                  retry_policy:
                    retry_on: 5xx,reset,connect-failure
                    num_retries: 6
                    per_try_timeout: 2s
                    host_selection_retry_max_attempts: 300
                    retry_back_off: { base_interval: 0.005s, max_interval: 0.02s }
                    retry_host_predicate:
                    - name: envoy.retry_host_predicates.previous_hosts
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
  - name: origins
    type: STATIC
    connect_timeout: 2s
    common_lb_config: { healthy_panic_threshold: { value: 20 } }
    circuit_breakers: { thresholds: [{ max_retries: 10000 }] }
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        common_http_protocol_options: { idle_timeout: 1s }
        explicit_http_config: { ${codec}: {} }
    health_checks:
    - timeout: 1s
      interval: 0.2s
      no_traffic_interval: 0.2s
      unhealthy_threshold: 2
      healthy_threshold: 1
      http_health_check: { path: /health, codec_client_type: ${protocol.toUpperCase()} }
    outlier_detection: { interval: 0.2s, base_ejection_time: 0.5s, max_ejection_percent: 30 }
    load_assignment:
      cluster_name: origins
      endpoints:
      - lb_endpoints: [${endpoints.join(', ')}]
`;
}
