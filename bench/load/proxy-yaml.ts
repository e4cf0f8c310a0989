import { routeCount, type Target } from './suite.js';

/** The bootstrap the suites run on: one listener in front of the origin, one with many routes, defaults elsewhere. */
export function proxyYaml(target: Target, adminPort: number, originPort: number): string {
  return `admin:
  address: { socket_address: { address: 127.0.0.1, port_value: ${adminPort} } }
static_resources:
  listeners:
${listener('plain', target.port, '              - { match: { prefix: "/" }, route: { cluster: origin } }')}
${listener('many', target.manyRoutesPort, manyRoutes())}
  clusters:
  - name: origin
    type: STATIC
    load_assignment:
      cluster_name: origin
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${originPort} } } }
`;
}

function manyRoutes(): string {
  const line = (i: number) =>
    `              - { match: { prefix: "/tenant-${i}/" }, route: { cluster: origin } }`;
  return Array.from({ length: routeCount }, (_, i) => line(i)).join('\n');
}

function listener(name: string, port: number, routes: string): string {
  return `  - name: ${name}
    address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ${name}
          upgrade_configs: [{ upgrade_type: websocket }]
          route_config:
            name: ${name}
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
${routes}
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router`;
}
