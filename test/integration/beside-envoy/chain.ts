import type { TestContext } from 'node:test';
import type { Plain } from '../../../src/base/plain.js';
import { type CertificateFiles, TestAuthority } from '../../support/certificates.js';
import { fileLog, listener, staticCluster } from '../../support/listener-text.js';
import { type Bootstrap, type ProxyKind, ProxyUnderTest } from '../differential/proxy-under-test.js';

type Fields = { readonly [field: string]: Plain };

const types = 'type.googleapis.com/envoy.extensions';

/** What the way is like between the two proxies. */
export interface InnerHop {
  /** Streams at a time on a connection, as the far proxy allows them and the near one knows. */
  readonly streams: number;
  /** Requests after which the near proxy leaves a connection, and after which the far one says GOAWAY. */
  readonly requestsUpstream?: number;
  readonly requestsDownstream?: number;
}

export interface Origins {
  readonly http: number;
  readonly grpc: number;
}

function manager(
  name: string,
  routes: readonly Plain[],
  places: { readonly log: string },
  more: Fields,
): Plain {
  return {
    name: 'http',
    typed_config: {
      '@type': `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: name,
      codec_type: 'HTTP2',
      access_log: [
        {
          ...(fileLog(
            places.log,
            '%PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %REQ(:PATH)%',
          ) as Fields),
          filter: { response_flag_filter: {} },
        },
      ],
      route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
      http_filters: [{ name: 'router', typed_config: { '@type': `${types}.filters.http.router.v3.Router` } }],
      ...more,
    },
  };
}

function http2Cluster(name: string, port: number, common: Fields, http2: Fields, more: Fields = {}): Plain {
  return staticCluster(name, [port], {
    connect_timeout: '30s',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${types}.upstreams.http.v3.HttpProtocolOptions`,
        common_http_protocol_options: common,
        explicit_http_config: { http2_protocol_options: http2 },
      },
    },
    ...more,
  });
}

/** Both ends show a certificate of their own and agree on h2. */
function tlsContext(side: 'Upstream' | 'Downstream', own: CertificateFiles, ca: string): Plain {
  const common = {
    alpn_protocols: ['h2'],
    tls_certificates: [{ certificate_chain: { filename: own.cert }, private_key: { filename: own.key } }],
    validation_context: { trusted_ca: { filename: ca } },
  };
  return {
    name: 'tls',
    typed_config: {
      '@type': `${types}.transport_sockets.tls.v3.${side}TlsContext`,
      common_tls_context: common,
      ...(side === 'Upstream' ? { sni: 'far.test' } : { require_client_certificate: true }),
    },
  };
}

function to(cluster: string): Fields {
  return { route: { cluster, timeout: '0s' } };
}

/** Envoy's codec refuses by itself what it is about to send when a GOAWAY comes: nobody has seen such a request. */
function retriedTo(cluster: string): Fields {
  return { route: { cluster, timeout: '0s', retry_policy: { retry_on: 'refused-stream' } } };
}

const requestLimit = (requests: number | undefined): Fields =>
  requests === undefined ? {} : { max_requests_per_connection: requests };

/** Where the requests come in over plain HTTP/2. */
function near(far: number, hop: InnerHop, own: CertificateFiles, ca: string): Bootstrap {
  return {
    name: 'near',
    extension: 'json',
    listeners: ['outer'],
    origins: [],
    text: ({ adminPort, listeners, defaultLog }) =>
      bootstrap(
        adminPort,
        listener('outer', address(listeners['outer'] ?? 0), [
          manager('outer', [{ match: { prefix: '/' }, ...retriedTo('far') }], { log: defaultLog }, {}),
        ]),
        [
          http2Cluster(
            'far',
            far,
            requestLimit(hop.requestsUpstream),
            { max_concurrent_streams: hop.streams },
            { transport_socket: tlsContext('Upstream', own, ca) },
          ),
        ],
      ),
  };
}

/** What the near proxy speaks to over TLS, and what speaks to the origins. */
function far({ http, grpc }: Origins, hop: InnerHop, own: CertificateFiles, ca: string): Bootstrap {
  const routes = [
    { match: { prefix: '/test.Echo/' }, ...to('grpc') },
    { match: { prefix: '/' }, ...to('http') },
  ];
  const options = {
    common_http_protocol_options: requestLimit(hop.requestsDownstream),
    http2_protocol_options: { max_concurrent_streams: hop.streams },
  };
  return {
    name: 'far',
    extension: 'json',
    listeners: ['inner'],
    origins: [],
    text: ({ adminPort, listeners, defaultLog }) => {
      const filters = [manager('inner', routes, { log: defaultLog }, options)];
      const chain = { filters, transport_socket: tlsContext('Downstream', own, ca) };
      return bootstrap(
        adminPort,
        { name: 'inner', address: address(listeners['inner'] ?? 0), filter_chains: [chain] },
        [http2Cluster('http', http, {}, {}), http2Cluster('grpc', grpc, {}, {})],
      );
    },
  };
}

function bootstrap(adminPort: number, listener: Plain, clusters: readonly Plain[]): string {
  return JSON.stringify({
    admin: { address: address(adminPort) },
    static_resources: { listeners: [listener], clusters },
  });
}

function address(port: number): Plain {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

/** Two proxies in a row. */
export interface Chain {
  readonly near: ProxyUnderTest;
  readonly far: ProxyUnderTest;
  /** Where requests go in. */
  readonly port: number;
}

/** Starts both; they end with the test. */
export async function startChain(
  t: Pick<TestContext, 'after'>,
  kinds: { readonly near: ProxyKind; readonly far: ProxyKind },
  origins: Origins,
  hop: InnerHop,
): Promise<Chain> {
  const authority = new TestAuthority(t);
  const [client, server] = ['DNS:near.test', 'DNS:far.test'].map((sans) => authority.issue({ sans }));
  const farProxy = await ProxyUnderTest.start(
    kinds.far,
    far(origins, hop, server as CertificateFiles, authority.ca),
  );
  t.after(() => farProxy.stop());
  const inner = farProxy.places.listeners['inner'] ?? 0;
  const nearProxy = await ProxyUnderTest.start(
    kinds.near,
    near(inner, hop, client as CertificateFiles, authority.ca),
  );
  t.after(() => nearProxy.stop());
  return { near: nearProxy, far: farProxy, port: nearProxy.places.listeners['outer'] ?? 0 };
}

/** What a proxy counts that must not happen where nobody does anything wrong. */
const faults =
  /(?:_rq_[45]xx|_rq_\w*reset|_rq_retry|_rq_timeout|protocol_error|messaging_error|pending_overflow|connect_fail|destroy_(?:local|remote)_with_active_rq|destroy_\w*active_rq|ssl\.\w*(?:error|fail)\w*|refused_errors|flood|http2\.[rt]x_reset|filter_error)$/;

/** Envoy counts answers behind GOAWAY as faults, and refuses and repeats what it was about to send when one comes. */
const ownFaults = /^cluster\.far\.upstream_(?:cx_protocol_error|rq_retry|rq_[rt]x_reset)$/;

/** Lines of stats that tell of a fault of the conversation. */
export async function faultsOf(proxy: ProxyUnderTest, kind: ProxyKind): Promise<string[]> {
  const stats = await proxy.stats();
  return [...stats]
    .filter(([name, value]) => value > 0 && faults.test(name) && !name.includes('.admin.'))
    .filter(([name]) => kind !== 'envoy' || !ownFaults.test(name))
    .map(([name, value]) => `${name} ${value}`);
}
