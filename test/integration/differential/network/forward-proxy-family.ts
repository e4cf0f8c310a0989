import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type OriginScript, reply } from '../differential-case.js';
import { address, type Fields, filter, typed } from '../families/filter-family.js';
import { cluster } from '../network-bootstrap.js';
import { endingLog } from './ending-family.js';
import type { NetworkFamily } from './network-family.js';

const raw = filter('raw', 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer');
const tls = filter('tls', 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext');

/** Goes through a proxy to what lies inside. */
const through = (inner: Plain, proxyPort?: number): Fields => ({
  transport_socket: filter(
    'proxied',
    'envoy.extensions.transport_sockets.http_11_proxy.v3.Http11ProxyUpstreamTransport',
    {
      transport_socket: inner,
      ...(proxyPort === undefined ? {} : { default_proxy_address: address(proxyPort) }),
    },
  ),
});

/** Hosts that name their proxy. */
function naming(name: string, proxyPort: number, hostname: string, isOfLocality: boolean): Fields {
  const metadata = {
    typed_filter_metadata: {
      'envoy.http11_proxy_transport_socket.proxy_address': typed(
        'envoy.config.core.v3.Address',
        address(proxyPort) as Fields,
      ),
    },
  };
  const host = { endpoint: { address: address(443), hostname }, ...(isOfLocality ? {} : { metadata }) };
  const endpoints = [{ lb_endpoints: [host], ...(isOfLocality ? { metadata } : {}) }];
  return { load_assignment: { cluster_name: name, endpoints } };
}

const requests = (name: string): Fields => ({
  filter_chains: [
    {
      filters: [
        filter('http', 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
          stat_prefix: 'requests',
          route_config: {
            virtual_hosts: [
              { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: name } }] },
            ],
          },
          http_filters: [
            filter('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router', {
              suppress_envoy_headers: true,
            }),
          ],
        }),
      ],
    },
  ],
});

const agreed = (text = 'HTTP/1.1 200 OK\r\n\r\n'): OriginScript => [{ send: text }, 'echo'];

function carried(name: string, listener: string, origin: readonly OriginScript[]): DifferentialCase {
  const steps = ['hello', { text: 'hello' }, 'end', 'closed'] as const;
  return { name: `forward proxy: ${name}`, listener, steps, origin, probes: false };
}

/** What waits for the answer of the proxy counts as sent. */
const unsent = [/upstream_cx_tx_bytes_total/];

function refused(name: string, listener: string, origin: readonly OriginScript[]): DifferentialCase {
  return {
    name: `forward proxy: ${name}`,
    listener,
    steps: ['hello', 'closed'],
    origin,
    probes: false,
    ignores: unsent,
  };
}

/** Where a connection really goes is told of the host. */
export const hostProxyLog = endingLog.replace(
  / UPSTREAM_(?:REMOTE_ADDRESS|(?:WIRE|HEADER)_BYTES_\w+)=%\w+%/g,
  '',
);

/** `http_11_proxy`: hosts behind a forward proxy. */
export const hostProxyFamily: NetworkFamily = {
  listeners: {
    named: { proxy: { cluster: 'named' } },
    'named-by-locality': { proxy: { cluster: 'named-by-locality' } },
    'named-secure': { proxy: { cluster: 'named-secure' } },
    given: { proxy: { cluster: 'given' } },
    'given-secure': { proxy: { cluster: 'given-secure' } },
    straight: { proxy: { cluster: 'straight' } },
    nobody: { proxy: { cluster: 'nobody' } },
  },
  shapedListeners: { requests: () => requests('named'), 'requests-given': () => requests('given') },
  clusters: ({ origins }) => {
    const port = origins['main'] ?? 0;
    return [
      cluster('named', [], { ...through(raw), ...naming('named', port, '', false) }),
      cluster('named-by-locality', [], {
        ...through(raw),
        ...naming('named-by-locality', port, 'far.example', true),
      }),
      cluster('named-secure', [], { ...through(tls), ...naming('named-secure', port, 'far.example', false) }),
      cluster('given', [443], through(raw, port)),
      cluster('given-secure', [443], through(tls, port)),
      cluster('straight', [port], through(raw)),
      cluster('nobody', [443], through(tls, origins['refused'] ?? 0)),
    ];
  },
  cases: [
    carried('a host that names it', 'named', [agreed()]),
    carried('a host with a name', 'named-by-locality', [agreed()]),
    carried('an answer of HTTP/1.0 with fields', 'named', [agreed('HTTP/1.0 200 Fine\r\nx-a: b\r\n\r\n')]),
    carried('an answer with a length', 'named', [agreed('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')]),
    refused('an answer of 201', 'named', [['complete', { send: 'HTTP/1.1 201 Made\r\n\r\n' }]]),
    refused('an answer of 403', 'named', [['complete', { send: reply('403 Forbidden', [], 'no') }]]),
    refused('a proxy that resets', 'named', [['reset']]),
    refused('a proxy that refuses what is secure', 'given-secure', [
      ['complete', { send: reply('403 Forbidden', [], 'no') }],
    ]),
    {
      ...refused('a proxy that hangs up on what is secure', 'given-secure', [['close']]),
      // Envoy waits for the time of connecting to be over.
      ignores: [/upstream_cx_(?:destroy_|connect_timeout)/],
    },
    refused('a proxy that resets what is secure', 'named-secure', [['reset']]),
    refused('a proxy that nobody is', 'nobody', []),
    {
      name: 'forward proxy: a proxy that is given what is not secure',
      listener: 'given',
      steps: [get('/x'), { responses: 1 }, 'end', 'closed'],
      probes: false,
    },
    {
      name: 'forward proxy: none',
      listener: 'straight',
      steps: [get('/x'), { responses: 1 }, 'end', 'closed'],
      probes: false,
    },
    {
      name: 'forward proxy: a request to a host that names it',
      listener: 'requests',
      steps: [get('/x'), { responses: 1 }],
      origin: [
        [{ send: 'HTTP/1.1 200 OK\r\n\r\n' }, { text: 'GET /x' }, { send: reply('200 OK', [], 'far') }],
      ],
      probes: false,
      ignores: [/\[tunnel body/],
    },
    {
      name: 'forward proxy: a request of which the proxy will not hear',
      listener: 'requests',
      steps: [get('/x'), { responses: 1 }],
      origin: [['complete', { send: reply('403 Forbidden', [], 'no') }]],
      probes: false,
      ignores: unsent,
    },
    {
      name: 'forward proxy: a request that it is given',
      listener: 'requests-given',
      steps: [get('/x'), { responses: 1 }],
      probes: false,
    },
  ],
};
