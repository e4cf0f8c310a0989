import type { Bootstrap, Places } from '../proxy-under-test.js';
import type { TlsCertificates } from './tls-certificates.js';
import { downstreamContexts } from './tls-contexts.js';
import { upstreamContexts } from './upstream-contexts.js';

/** JSON of the v3 API. */
export type Json = { readonly [name: string]: unknown };

const api = 'type.googleapis.com/envoy.extensions';

const connectionFacts = [
  'DOWNSTREAM_TRANSPORT_FAILURE_REASON',
  'RESPONSE_FLAGS',
  'CONNECTION_TERMINATION_DETAILS',
  'REQUESTED_SERVER_NAME',
  'DOWNSTREAM_TLS_VERSION',
  'DOWNSTREAM_TLS_CIPHER',
  'FILTER_CHAIN_NAME',
];
const peerFacts = [
  ...['URI_SAN', 'DNS_SAN', 'IP_SAN', 'EMAIL_SAN', 'OTHERNAME_SAN', 'SUBJECT', 'ISSUER', 'SERIAL'],
  ...['FINGERPRINT_256', 'FINGERPRINT_1', 'CHAIN_FINGERPRINTS_256', 'CHAIN_FINGERPRINTS_1', 'CHAIN_SERIALS'],
  ...['CERT_V_START', 'CERT_V_END', 'CERT_V_START(%d.%m.%Y)', 'CERT'],
].map((name) => `DOWNSTREAM_PEER_${name}`);
const localFacts = ['URI_SAN', 'DNS_SAN', 'IP_SAN', 'SUBJECT'].map((name) => `DOWNSTREAM_LOCAL_${name}`);
const upstreamFacts = [
  ...['PEER_SUBJECT', 'PEER_ISSUER', 'PEER_CERT', 'PEER_CERT_V_START', 'PEER_CERT_V_END', 'PEER_URI_SAN'],
  ...[
    'PEER_DNS_SAN',
    'PEER_IP_SAN',
    'LOCAL_URI_SAN',
    'LOCAL_DNS_SAN',
    'LOCAL_IP_SAN',
    'TLS_CIPHER',
    'TLS_VERSION',
  ],
  'TRANSPORT_FAILURE_REASON',
].map((name) => `UPSTREAM_${name}`);

const operator = (name: string): string => `${name.replaceAll('%', '')}=%${name}%`;

/** `L` for what listeners log, `R` for requests; the client's port tells whose line it is. */
function log(kind: 'L' | 'R', names: readonly string[], places: Places): Json {
  const text = `${kind} port=%DOWNSTREAM_REMOTE_PORT% ${names.map(operator).join(' ')}\n`;
  return {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': `${api}.access_loggers.file.v3.FileAccessLog`,
      path: places.customLog,
      log_format: { text_format_source: { inline_string: text } },
    },
  };
}

const requestFacts = [
  'REQ(:path)',
  'RESPONSE_CODE',
  'RESPONSE_CODE_DETAILS',
  ...connectionFacts,
  ...peerFacts,
];

function manager(more: Json, places: Places): Json {
  const upstream = Object.keys(upstreamContexts).map((name) => ({
    match: { prefix: `/up/${name}/` },
    route: { cluster: `up-${name}` },
  }));
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${api}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'ingress',
      access_log: [log('R', [...requestFacts, ...localFacts, ...upstreamFacts], places)],
      route_config: {
        virtual_hosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [
              {
                match: { prefix: '/presented', tls_context: { presented: true } },
                direct_response: { status: 201 },
              },
              {
                match: { prefix: '/validated', tls_context: { validated: true } },
                direct_response: { status: 202 },
              },
              ...upstream,
              { match: { prefix: '/' }, route: { cluster: 'origin' } },
            ],
          },
        ],
      },
      http_filters: [{ name: 'router', typed_config: { '@type': `${api}.filters.http.router.v3.Router` } }],
      ...more,
    },
  };
}

function cluster(name: string, port: number, more: Json = {}): Json {
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  return {
    name,
    type: 'STATIC',
    connect_timeout: '5s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...more,
  };
}

function listener(name: string, certificates: TlsCertificates, places: Places): Json {
  const {
    chains,
    manager: more = {},
    inspects = false,
  } = downstreamContexts(certificates)[name] ?? { chains: [] };
  return {
    name,
    stat_prefix: name,
    address: { socket_address: { address: '127.0.0.1', port_value: places.listeners[name] } },
    access_log: [log('L', connectionFacts, places)],
    ...(inspects && {
      listener_filters: [
        {
          name: 'tls_inspector',
          typed_config: { '@type': `${api}.filters.listener.tls_inspector.v3.TlsInspector` },
        },
      ],
    }),
    filter_chains: chains.map(({ context, match, name: chain }) => ({
      ...(chain !== undefined && { name: chain }),
      ...(match !== undefined && { filter_chain_match: match }),
      ...(context !== undefined && {
        transport_socket: {
          name: 'envoy.transport_sockets.tls',
          typed_config: { '@type': `${api}.transport_sockets.tls.v3.DownstreamTlsContext`, ...context },
        },
      }),
      filters: [manager(more, places)],
    })),
  };
}

/** What the proxies count of TLS, and what tells that a connection is over; the rest is compared elsewhere. */
const aboutTls =
  '[.]ssl[.]|_ssl_total|connect_fail|cx_destroy|protocol_error|socket_factory|rq_[0-9]xx|downstream_cx_active';

/** A listener for each way to take clients in, a cluster for each way to trust hosts. */
export function tlsBootstrap(
  certificates: TlsCertificates,
  tlsOrigins: { readonly [name: string]: number },
): Bootstrap {
  const names = Object.keys(downstreamContexts(certificates));
  return {
    name: 'TLS',
    extension: 'json',
    listeners: names,
    origins: ['origin'],
    statsFilter: aboutTls,
    text: (places) =>
      JSON.stringify({
        admin: { address: { socket_address: { address: '127.0.0.1', port_value: places.adminPort } } },
        static_resources: {
          listeners: names.map((name) => listener(name, certificates, places)),
          clusters: [
            cluster('origin', places.origins['origin'] ?? 0),
            ...Object.entries(upstreamContexts).map(([name, make]) => {
              const { context, origin, more = {} } = make(certificates);
              return cluster(`up-${name}`, tlsOrigins[origin] ?? 0, {
                ...more,
                transport_socket: {
                  name: 'envoy.transport_sockets.tls',
                  typed_config: { '@type': `${api}.transport_sockets.tls.v3.UpstreamTlsContext`, ...context },
                },
              });
            }),
          ],
        },
      }),
  };
}
