import type { Bootstrap } from './proxy-under-test.js';

/** A front proxy as documentation shows them: one listener, two services by path, the admin server. */
export const frontBootstrap: Bootstrap = {
  name: 'front proxy',
  extension: 'yaml',
  listeners: ['main'],
  origins: ['service1', 'service2'],
  text: ({ adminPort, listeners, origins, defaultLog, customLog }) => `
admin:
  address:
    socket_address: { address: 127.0.0.1, port_value: ${adminPort} }

static_resources:
  listeners:
  - name: listener_0
    stat_prefix: main
    address:
      socket_address: { address: 127.0.0.1, port_value: ${listeners['main']} }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          codec_type: AUTO
          stat_prefix: ingress_http
          use_remote_address: true
          access_log:
          - name: envoy.access_loggers.file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: ${defaultLog}
          - name: envoy.access_loggers.file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: ${customLog}
              log_format:
                json_format:
                  method: "%REQ(:METHOD)%"
                  path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"
                  status: "%RESPONSE_CODE%"
                  flags: "%RESPONSE_FLAGS%"
                  details: "%RESPONSE_CODE_DETAILS%"
                  sent: "%BYTES_SENT%"
                  cluster: "%UPSTREAM_CLUSTER%"
          route_config:
            name: local_route
            virtual_hosts:
            - name: backend
              domains: ["*"]
              routes:
              - match: { prefix: "/service/1" }
                route: { cluster: service1 }
              - match: { prefix: "/service/2" }
                route: { cluster: service2, prefix_rewrite: "/two" }
              - match: { prefix: "/__probe" }
                direct_response: { status: 200, body: { inline_string: here } }
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router

  clusters:
  - name: service1
    type: STRICT_DNS
    dns_lookup_family: V4_ONLY
    lb_policy: ROUND_ROBIN
    load_assignment:
      cluster_name: service1
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address: { address: localhost, port_value: ${origins['service1']} }
  - name: service2
    type: STATIC
    lb_policy: LEAST_REQUEST
    load_assignment:
      cluster_name: service2
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address: { address: 127.0.0.1, port_value: ${origins['service2']} }
`,
};
