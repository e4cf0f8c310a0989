import type { Plain } from '../../src/base/plain.js';

export interface LargeBootstrap {
  readonly routes: number;
  readonly clusters: number;
  readonly adminPort?: number;
  readonly port?: number;
  /** Port of the origin behind every cluster. */
  readonly origin?: number;
}

/** A bootstrap of the size that big installations have: by default 10,000 routes to 2,000 clusters, about 3 MB. */
export function largeBootstrap(size: LargeBootstrap = { routes: 10_000, clusters: 2_000 }): string {
  const { routes, clusters, adminPort = 0, port = 0, origin = 1 } = size;
  const address = (portValue: number): Plain => ({
    socket_address: { address: '127.0.0.1', port_value: portValue },
  });
  return JSON.stringify({
    admin: { address: address(adminPort) },
    static_resources: {
      listeners: [
        {
          name: 'main',
          address: address(port),
          filter_chains: [{ filters: [manager(routes, clusters)] }],
        },
      ],
      clusters: Array.from({ length: clusters }, (_, i) => ({
        name: `cluster-${i}`,
        type: 'STATIC',
        connect_timeout: '1s',
        load_assignment: {
          cluster_name: `cluster-${i}`,
          endpoints: [{ lb_endpoints: [{ endpoint: { address: address(origin) } }] }],
        },
      })),
    },
  });
}

function manager(routes: number, clusters: number): Plain {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type':
        'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      stat_prefix: 'ingress',
      route_config: {
        name: 'routes',
        virtual_hosts: Array.from({ length: 100 }, (_, host) => ({
          name: `host-${host}`,
          domains: [`host-${host}.example`, `host-${host}.internal`],
          routes: Array.from({ length: Math.ceil(routes / 100) }, (_, i) => ({
            match: {
              prefix: `/service-${i}/`,
              headers: [{ name: 'x-version', string_match: { exact: 'v1' } }],
            },
            route: { cluster: `cluster-${(host * 100 + i) % clusters}`, timeout: '5s' },
          })),
        })),
      },
      http_filters: [
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
        },
      ],
    },
  };
}
