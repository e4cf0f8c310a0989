/** A valid bootstrap with something of everything; each case makes one mistake in it. */
export const baseBootstrap = `node: { id: edge, cluster: front }
admin:
  address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
stats_flush_interval: 5s
stats_config:
  stats_tags:
  - tag_name: my_tag
    regex: "^one(\\\\.(.+?))$"
stats_sinks:
- name: envoy.stat_sinks.statsd
  typed_config:
    "@type": type.googleapis.com/envoy.config.metrics.v3.StatsdSink
    address: { socket_address: { address: 127.0.0.1, port_value: 8125 } }
    prefix: edge
layered_runtime:
  layers:
  - name: fixed
    static_layer: { some.key: 10 }
  - name: admin
    admin_layer: {}
watchdogs:
  worker_watchdog: { miss_timeout: 0.2s }
static_resources:
  listeners:
  - name: ingress
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    per_connection_buffer_limit_bytes: 32768
    listener_filters:
    - name: envoy.filters.listener.http_inspector
      typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector }
    listener_filters_timeout: 15s
    filter_chains:
    - name: chain
      filter_chain_match: { source_prefix_ranges: [{ address_prefix: 127.0.0.0, prefix_len: 8 }] }
      filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          codec_type: AUTO
          max_request_headers_kb: 60
          stream_idle_timeout: 300s
          request_timeout: 30s
          xff_num_trusted_hops: 0
          server_name: edge
          path_with_escaped_slashes_action: KEEP_UNCHANGED
          common_http_protocol_options: { idle_timeout: 60s, max_headers_count: 100 }
          http_protocol_options: { accept_http_10: true }
          upgrade_configs: [{ upgrade_type: websocket }]
          access_log:
          - name: envoy.access_loggers.file
            filter:
              status_code_filter: { comparison: { op: GE, value: { default_value: 400, runtime_key: log.status } } }
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: /dev/null
              log_format: { text_format_source: { inline_string: "%PROTOCOL% %REQ(:PATH):20%" } }
          http_filters:
          - name: envoy.filters.http.header_mutation
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
              mutations:
                request_mutations:
                - append: { header: { key: x-first, value: one } }
          - name: envoy.filters.http.local_ratelimit
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
              stat_prefix: limiter
              token_bucket: { max_tokens: 1000, tokens_per_fill: 1000, fill_interval: 1s }
              filter_enabled: { default_value: { numerator: 100, denominator: HUNDRED } }
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
          route_config:
            name: local
            virtual_hosts:
            - name: shop
              domains: [shop.local, "*.shop.local"]
              routes:
              - name: exact
                match: { path: /exact }
                route: { cluster: origin, timeout: 3s }
              - name: regex
                match: { safe_regex: { regex: "^/item/[0-9]+$" } }
                route: { cluster: origin, regex_rewrite: { pattern: { regex: "^/item/" }, substitution: /i/ } }
              - name: header
                match: { prefix: /h, headers: [{ name: x-kind, string_match: { exact: gold } }] }
                route: { cluster: origin, prefix_rewrite: /new }
              - name: query
                match: { prefix: /q, query_parameters: [{ name: page, string_match: { prefix: "1" } }] }
                route: { cluster: origin }
              - name: weighted
                match: { prefix: /w }
                route:
                  weighted_clusters:
                    clusters:
                    - { name: origin, weight: 90 }
                    - { name: other, weight: 10 }
                  retry_policy:
                    retry_on: 5xx
                    num_retries: 2
                    per_try_timeout: 1s
                    retry_back_off: { base_interval: 0.025s, max_interval: 0.25s }
              - name: redirect
                match: { prefix: /go }
                redirect: { host_redirect: elsewhere.local, response_code: FOUND }
              - name: direct
                match: { path: /direct }
                direct_response: { status: 200, body: { inline_string: hello } }
              - name: rest
                match: { prefix: / }
                route: { cluster: origin }
                request_headers_to_add:
                - header: { key: x-added, value: "%DOWNSTREAM_REMOTE_ADDRESS%" }
                response_headers_to_remove: [x-secret]
            - name: everything
              domains: ["*"]
              routes:
              - match: { prefix: / }
                direct_response: { status: 404 }
  - name: tcp
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.tcp_proxy
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: tcp
          cluster: origin
          idle_timeout: 60s
  clusters:
  - name: origin
    type: STATIC
    connect_timeout: 1s
    lb_policy: ROUND_ROBIN
    circuit_breakers:
      thresholds:
      - priority: DEFAULT
        max_connections: 100
    outlier_detection: { consecutive_5xx: 5, max_ejection_percent: 50, interval: 10s }
    health_checks:
    - timeout: 1s
      interval: 5s
      unhealthy_threshold: 2
      healthy_threshold: 2
      http_health_check: { path: /health, expected_statuses: [{ start: 200, end: 300 }] }
    load_assignment:
      cluster_name: origin
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 9001 } } }
          load_balancing_weight: 3
  - name: other
    type: STRICT_DNS
    connect_timeout: 1s
    dns_lookup_family: V4_ONLY
    dns_refresh_rate: 5s
    lb_policy: LEAST_REQUEST
    load_assignment:
      cluster_name: other
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: localhost, port_value: 9002 } } }
`;
