import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get } from '../differential-case.js';
import { type Fields, filter, typed } from '../families/filter-family.js';
import { cluster } from '../network-bootstrap.js';
import type { NetworkListener } from '../network-listeners.js';
import type { NetworkFamily } from './network-family.js';

const raw = filter('raw', 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer');
const passing: Fields = {
  transport_socket: filter(
    'internal',
    'envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport',
    {
      passthrough_metadata: [
        { name: 'of.host', kind: { host: {} } },
        { name: 'of.cluster', kind: { cluster: {} } },
        { name: 'of.nobody', kind: { host: {} } },
      ],
      transport_socket: raw,
    },
  ),
  metadata: { filter_metadata: { 'of.cluster': { b: 'two' }, 'of.host': { wrong: true } } },
};
const announcing: Fields = {
  transport_socket: filter(
    'proxy',
    'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport',
    { config: { version: 'V2' }, transport_socket: raw },
  ),
};
const http2: Fields = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      { explicit_http_config: { http2_protocol_options: {} } },
    ),
  },
};

/** A cluster whose only host is a listener of the same process. */
function inner(name: string, listener: string, fields: Fields = {}, endpointId = ''): Plain {
  const where = { envoy_internal_address: { server_listener_name: listener, endpoint_id: endpointId } };
  const metadata = { filter_metadata: { 'of.host': { a: 1 } } };
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: where }, metadata }] }];
  return {
    ...(cluster(name, []) as Fields),
    load_assignment: { cluster_name: name, endpoints },
    ...fields,
  };
}

/** Carries bytes on, from inside. */
function carrying(fields: NetworkListener = {}): NetworkListener {
  return { ...fields, chains: () => ({ address: undefined, internal_listener: {}, stat_prefix: '' }) };
}

const manager = (statPrefix: string, routes: readonly Plain[], more: Fields = {}): Fields => ({
  filter_chains: [
    {
      filters: [
        filter('http', 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
          stat_prefix: statPrefix,
          route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
          http_filters: [
            filter('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router', {
              suppress_envoy_headers: true,
            }),
          ],
          ...more,
        }),
      ],
    },
  ],
});

const serving = manager('serving', [{ match: { prefix: '/' }, route: { cluster: 'main' } }], {
  use_remote_address: true,
});
/** Ends CONNECT at a connection to the origin. */
const unwrapping = manager(
  'unwrapping',
  [
    {
      match: { connect_matcher: {} },
      route: { cluster: 'main', upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] },
    },
  ],
  { http2_protocol_options: { allow_connect: true }, delayed_close_timeout: '0.05s' },
);

const to = (name: string, proxy: Fields = {}): NetworkListener => ({ proxy: { cluster: name, ...proxy } });
const through = (name: string): NetworkListener =>
  to(name, { tunneling_config: { hostname: 'far.local:443' } });

const ways = ['in', 'in-named', 'in-passing', 'in-announced', 'in-twice'];

function carried(listener: string): DifferentialCase[] {
  return [
    {
      name: `internal: ${listener}, both ends in turn`,
      listener,
      steps: [get('/bytes'), { responses: 1 }, get('/more'), { responses: 2 }, 'end', 'closed'],
      probes: false,
    },
    {
      name: `internal: ${listener}, ended by the origin`,
      listener,
      steps: [get('/bytes'), 'closed'],
      origin: [['complete', { send: 'bye' }, 'close']],
      probes: false,
    },
  ];
}

export const internalLog =
  ' from=%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% id=%UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID%' +
  '/%DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID% passed=%DYNAMIC_METADATA(of.host)%%DYNAMIC_METADATA(of.cluster)%' +
  '%DYNAMIC_METADATA(of.nobody)% failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%';

/** Listeners that clusters of the same process connect to. */
export const internalFamily: NetworkFamily = {
  bootstrap: {
    bootstrap_extensions: [
      filter(
        'envoy.bootstrap.internal_listener',
        'envoy.extensions.bootstrap.internal_listener.v3.InternalListener',
        { buffer_size_kb: 64 },
      ),
    ],
  },
  listeners: {
    ...Object.fromEntries(ways.map((name) => [name, to(name)])),
    'in-http': to('in-http'),
    'in-missing': to('in-missing'),
    'in-none': to('in-none'),
    'in-connect': through('in-connect'),
    'in-connect-2': through('in-connect-2'),
    'inside/plain': carrying(),
    'inside-announced': carrying({
      listenerFilters: [
        filter(
          'envoy.filters.listener.proxy_protocol',
          'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
        ),
      ],
    }),
    'inside-again': carrying(to('in')),
  },
  shapedListeners: {
    'inside-http': () => ({ address: undefined, internal_listener: {}, ...serving }),
    'inside-unwrapping': () => ({ address: undefined, internal_listener: {}, ...unwrapping }),
    'inside-none': () => ({
      address: undefined,
      internal_listener: {},
      stat_prefix: '',
      filter_chains: (serving['filter_chains'] as readonly Fields[]).map((chain) => ({
        ...chain,
        filter_chain_match: { application_protocols: ['nothing'] },
      })),
    }),
  },
  clusters: () => [
    inner('in', 'inside/plain'),
    inner('in-named', 'inside/plain', {}, 'the-one'),
    inner('in-passing', 'inside/plain', passing),
    inner('in-announced', 'inside-announced', announcing),
    inner('in-twice', 'inside-again'),
    inner('in-http', 'inside-http'),
    inner('in-missing', 'nobody'),
    inner('in-none', 'inside-none'),
    inner('in-connect', 'inside-unwrapping'),
    inner('in-connect-2', 'inside-unwrapping', http2),
  ],
  cases: [
    ...ways.flatMap(carried),
    {
      name: 'internal: HTTP inside',
      listener: 'in-http',
      steps: [
        get('/one'),
        { responses: 1 },
        get('/two', [['x-forwarded-for', '10.0.0.1']]),
        { responses: 2 },
      ],
      probes: false,
    },
    { name: 'internal: no such listener', listener: 'in-missing', steps: ['closed'], probes: false },
    { name: 'internal: no chain fits', listener: 'in-none', steps: ['closed'], probes: false },
    {
      name: 'internal: the client resets',
      listener: 'in',
      steps: [get('/bytes'), { atOrigin: 1 }, 'reset', 'origin-idle'],
      origin: [['hang']],
      probes: false,
      ignores: [/upstream_flush_total/],
    },
    ...['in-connect', 'in-connect-2'].map((listener) => ({
      name: `internal: ${listener}`,
      listener,
      steps: [get('/inside'), { responses: 1 }, get('/inside'), { responses: 2 }, 'end', 'closed'] as const,
      probes: false,
      // The settings of HTTP/2 that each sends, and whether the end of a stream comes before the connection's.
      ignores: [/cx_[rt]x_bytes_total|cluster\.main\.upstream_cx_destroy_\w*with_active_rq/],
    })),
  ],
};
