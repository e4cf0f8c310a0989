import type { ConfigGenerator, Places } from '../contracts.js';
import { selfSigned } from './self-signed.js';

/** What of an HTTP/1.1 reverse proxy a row varies; nginx and HAProxy are given the same words. */
export interface HttpOptions {
  readonly accessLog?: boolean;
  /** Clients speak TLS, with a certificate made for the run; they may resume their sessions, or never can. */
  readonly tls?: 'resumable' | 'full';
  /** The origin is spoken to in HTTP/2, clear text and by prior knowledge. */
  readonly http2Origin?: boolean;
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
    - ${options.tls === undefined ? '' : transportSocket(places, options.tls)}filters:
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
${originCluster(places)}${options.http2Origin === true ? http2Origin : ''}${options.bootstrap ?? ''}`;
}

/** The same for a TCP proxy. */
export function envoyTcp(): ConfigGenerator {
  return (places) => `${head(places)}
static_resources:
  listeners:
  - name: ingress
    address: { socket_address: { address: 127.0.0.1, port_value: ${places.port} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.tcp_proxy
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: ingress
          cluster: origin
  clusters:
${originCluster(places)}${manyConnections}`;
}

/** The same for a Redis proxy. */
export function envoyRedis(): ConfigGenerator {
  return (places) => `${head(places)}
static_resources:
  listeners:
  - name: ingress
    address: { socket_address: { address: 127.0.0.1, port_value: ${places.port} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.redis_proxy
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy
          stat_prefix: ingress
          settings: { op_timeout: 5s }
          prefix_routes: { catch_all_route: { cluster: origin } }
  clusters:
${originCluster(places)}`;
}

function transportSocket(places: Places, tls: 'resumable' | 'full'): string {
  const { certificate, key } = selfSigned(places.folder);
  return `transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          disable_stateless_session_resumption: ${tls === 'full'}
          disable_stateful_session_resumption: ${tls === 'full'}
          common_tls_context:
            tls_certificates:
            - { certificate_chain: { filename: ${certificate} }, private_key: { filename: ${key} } }
      `;
}

function originCluster(places: Places): string {
  return `  - name: origin
    type: STATIC
    load_assignment:
      cluster_name: origin
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${places.originPort} } } }
`;
}

/** The breaker lets 1,024 through, and every client of a TCP proxy has a connection of its own. */
const manyConnections = `    circuit_breakers: { thresholds: [{ max_connections: 100000 }] }
`;

/** With room for more open streams than the breaker's 1,024. */
const http2Origin = `    circuit_breakers: { thresholds: [{ max_requests: 100000, max_pending_requests: 100000 }] }
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: { http2_protocol_options: {} }
`;

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
