import type { Plain } from '../../../src/base/plain.js';
import type { Bootstrap, Places } from './proxy-under-test.js';

type Fields = { readonly [field: string]: Plain };

const types = 'type.googleapis.com/envoy';

export function address(port: number): Plain {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

export function fileLog(path: string, format: Plain, rest: Fields = {}): Plain {
  return {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': `${types}.extensions.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: format,
    },
    ...rest,
  };
}

export function httpListener(name: string, port: number, manager: Fields, rest: Fields = {}): Plain {
  return {
    name,
    stat_prefix: name,
    address: address(port),
    filter_chains: [
      {
        name: `${name}-chain`,
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': `${types}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: name,
              delayed_close_timeout: '0.1s',
              http_filters: [
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': `${types}.extensions.filters.http.router.v3.Router` },
                },
              ],
              ...manager,
            },
          },
        ],
      },
    ],
    ...rest,
  };
}

export function tcpListener(name: string, port: number, proxy: Fields): Plain {
  return {
    name,
    stat_prefix: name,
    address: address(port),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.tcp_proxy',
            typed_config: {
              '@type': `${types}.extensions.filters.network.tcp_proxy.v3.TcpProxy`,
              stat_prefix: name,
              ...proxy,
            },
          },
        ],
      },
    ],
  };
}

export function cluster(name: string, port: number, rest: Fields = {}): Fields {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
    },
    ...rest,
  };
}

const routes: Fields = {
  name: 'routes',
  virtual_hosts: [
    {
      name: 'hosts',
      domains: ['*'],
      virtual_clusters: [{ name: 'users', headers: [{ name: ':path', string_match: { prefix: '/users' } }] }],
      routes: [
        { match: { prefix: '/direct' }, direct_response: { status: 200, body: { inline_string: 'hi' } } },
        { match: { prefix: '/counted' }, route: { cluster: 'plain' }, stat_prefix: 'counted' },
        { match: { prefix: '/' }, route: { cluster: 'plain' } },
      ],
    },
  ],
};

/** One of each thing that has stats. */
export const observedBootstrap: Bootstrap = {
  name: 'observed',
  extension: 'json',
  listeners: ['main', 'stream'],
  origins: ['plain', 'checked'],
  text: ({ adminPort, listeners, origins, customLog, defaultLog }: Places) =>
    JSON.stringify({
      node: { id: 'node-1', cluster: 'cluster-1', locality: { zone: 'zone-1' } },
      admin: {
        address: address(adminPort),
        access_log: [fileLog(defaultLog, { text_format_source: { inline_string: adminFormat } })],
      },
      layered_runtime: {
        layers: [
          {
            name: 'base',
            static_layer: { a: { b: 1 }, text: 'x', share: { numerator: 5, denominator: 'HUNDRED' } },
          },
          { name: 'admin', admin_layer: {} },
        ],
      },
      static_resources: {
        listeners: [
          httpListener('main', listeners['main'] ?? 0, {
            route_config: routes,
            access_log: [fileLog(customLog, { text_format_source: { inline_string: '%REQ(:PATH)%\n' } })],
          }),
          tcpListener('stream', listeners['stream'] ?? 0, { cluster: 'plain' }),
        ],
        clusters: [
          cluster('plain', origins['plain'] ?? 0),
          cluster('checked', origins['checked'] ?? 0, {
            health_checks: [
              {
                timeout: '1s',
                interval: '60s',
                unhealthy_threshold: 1,
                healthy_threshold: 1,
                http_health_check: { path: '/' },
              },
            ],
            outlier_detection: {},
            circuit_breakers: { thresholds: [{ track_remaining: true }] },
          }),
        ],
      },
    }),
};

const adminFormat = '%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL% %RESPONSE_CODE% %BYTES_RECEIVED%\n';
