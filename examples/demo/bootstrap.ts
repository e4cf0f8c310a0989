/** Ports of a demo. */
export interface DemoPorts {
  readonly proxy: number;
  readonly admin: number;
  readonly blue: number;
  readonly green: number;
  readonly tools: number;
}

/** The embedded configuration: Envoy v3, as it could stand in a file. */
export function demoBootstrap(ports: DemoPorts): string {
  return `
admin:
  address: { socket_address: { address: 127.0.0.1, port_value: ${ports.admin} } }
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: ${ports.proxy} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress_http
          upgrade_configs:
          - upgrade_type: websocket
          http_filters:
          - name: envoy.filters.http.local_ratelimit
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
              stat_prefix: http_local_rate_limiter
          - name: greeting
            typed_config:
              "@type": type.googleapis.com/xds.type.v3.TypedStruct
              type_url: demo.Greeting
              value: { word: welcome }
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          route_config:
            name: demo
            virtual_hosts:
            - name: demo
              domains: ["*"]
              include_attempt_count_in_response: true
              routes:
${routes}
  clusters:
${cluster('blue', ports.blue)}
${cluster('green', ports.green)}
${cluster('tools', ports.tools)}
`;
}

const routes = `
- match: { path: "/color" }
  route:
    weighted_clusters:
      clusters:
      - { name: blue, weight: 90 }
      - { name: green, weight: 10 }
- match: { path: "/old" }
  redirect: { path_redirect: "/color" }
- match: { prefix: "/api/v1/" }
  route: { cluster: tools, prefix_rewrite: "/" }
- match: { path: "/limited" }
  route: { cluster: tools }
  typed_per_filter_config:
    envoy.filters.http.local_ratelimit:
      "@type": type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
      stat_prefix: limited
      token_bucket: { max_tokens: 3, tokens_per_fill: 3, fill_interval: 10s }
      filter_enabled: { default_value: { numerator: 100 } }
      filter_enforced: { default_value: { numerator: 100 } }
- match: { path: "/slow" }
  route: { cluster: tools, timeout: 0.3s }
- match: { path: "/flaky" }
  route:
    cluster: tools
    retry_policy: { retry_on: "5xx", num_retries: 2 }
- match: { path: "/hello" }
  route: { cluster: tools }
- match: { path: "/echo" }
  route: { cluster: tools }
- match: { prefix: "/" }
  direct_response: { status: 404, body: { inline_string: "no such place\\n" } }
`
  .trim()
  .replace(/^/gm, ' '.repeat(14));

function cluster(name: string, port: number): string {
  return `
- name: ${name}
  connect_timeout: 1s
  type: STATIC
  load_assignment:
    cluster_name: ${name}
    endpoints:
    - lb_endpoints:
      - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } }
`
    .trim()
    .replace(/^/gm, '  ');
}
