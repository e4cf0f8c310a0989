import type { ConfigGenerator, Places } from '../contracts.js';

/** What of an HTTP/1.1 reverse proxy a row varies; nginx and HAProxy are given the same words. */
export interface HttpOptions {
  readonly accessLog?: boolean;
  /** HTTP filters before the router, each a block of YAML without indentation. */
  readonly filters?: readonly string[];
  /** Further top-level fields of the bootstrap. */
  readonly bootstrap?: string;
}

/** One v3 bootstrap for Envoy and for Sluice: defaults everywhere, stats on, an admin port. */
export function envoyHttp(options: HttpOptions = {}): ConfigGenerator {
  return (places) => `${head(places)}
static_resources:
  listeners:
  - name: ingress
    address: { socket_address: { address: 127.0.0.1, port_value: ${places.port} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress${options.accessLog === true ? accessLog(places) : ''}
          route_config:
            name: local
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: "/" }
                route: { cluster: origin }
          http_filters:
${indent([...(options.filters ?? []), router].join('\n'), 10)}
  clusters:
  - name: origin
    type: STATIC
    load_assignment:
      cluster_name: origin
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${places.originPort} } } }
${options.bootstrap ?? ''}`;
}

function head(places: Places): string {
  return `admin:
  address: { socket_address: { address: 127.0.0.1, port_value: ${places.adminPort} } }`;
}

function accessLog(places: Places): string {
  return `
          access_log:
          - name: envoy.access_loggers.file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: ${places.folder}/access.log`;
}

const router = `- name: envoy.filters.http.router
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router`;

function indent(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`)
    .join('\n');
}
