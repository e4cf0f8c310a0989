import { fileURLToPath } from 'node:url';

/** The module of `failing-filter.ts`, for `--filter-module`. */
export const failingFilter = fileURLToPath(new URL('./failing-filter.js', import.meta.url));

export interface RingBootstrap {
  /** Port of the origin behind the cluster `origin`. */
  readonly origin: number;
  /** Put the failing filter in front of the router. */
  readonly fails?: boolean;
  /** Lines of the bootstrap, of the listener, of the connection manager and of the cluster, as flow-style YAML. */
  readonly top?: string;
  readonly listener?: string;
  readonly manager?: string;
  readonly cluster?: string;
}

/** A bootstrap with an admin server, a listener `main` and a cluster `origin` that takes every request. */
export function ringBootstrap(parts: RingBootstrap): string {
  const filters = parts.fails === true ? [failing, router] : [router];
  return `
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
${parts.top ?? ''}
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    ${parts.listener ?? ''}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          ${parts.manager ?? ''}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{ match: { prefix: / }, route: { cluster: origin, timeout: 0s } }]
          http_filters: [${filters.join(', ')}]
  clusters:
  - name: origin
    type: STATIC
    ${parts.cluster ?? ''}
    load_assignment:
      cluster_name: origin
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${parts.origin} } } }
`;
}

const failing = '{ name: failing, typed_config: { "@type": type.googleapis.com/google.protobuf.Empty } }';
const router =
  '{ name: router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }';
