import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, type HeaderList, simple } from '../differential-case.js';
import { type Fields, type FilterFamily, filter, typed } from './filter-family.js';

const toCluster = (name: string): Fields => ({ match: { prefix: `/${name}` }, route: { cluster: name } });

function cluster(name: string, config: Fields): Plain {
  return { name, type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED', original_dst_lb_config: config };
}

const setMetadata = filter(
  'envoy.filters.http.header_to_metadata',
  'envoy.extensions.filters.http.header_to_metadata.v3.Config',
  {
    request_rules: [
      {
        header: 'x-meant',
        on_header_present: { metadata_namespace: 'where', key: 'to', type: 'STRING' },
        remove: true,
      },
    ],
  },
);

const setState = filter(
  'envoy.filters.http.set_filter_state',
  'envoy.extensions.filters.http.set_filter_state.v3.Config',
  {
    on_request_headers: [
      {
        object_key: 'envoy.network.transport_socket.original_dst_address',
        format_string: { text_format_source: { inline_string: '%REQ(x-state)%' }, omit_empty_values: true },
        skip_if_empty: true,
      },
    ],
  },
);

const proxyProtocol: Plain = {
  name: 'envoy.filters.listener.proxy_protocol',
  typed_config: typed('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol'),
};

const routes = ['by-header', 'by-own-header', 'by-port', 'by-metadata', 'restored'].map(toCluster);
const header = 'x-envoy-original-dst-host';
const main = '127.0.0.1:<port main>';

const to = (path: string, name: string, headers: HeaderList, listener = 'meant'): DifferentialCase =>
  simple(`original destination: ${path}, ${name}`, get(`/${path}`, headers), { listener });

/** Behind a proxy that says where its client wanted to go. */
const restored = (name: string, line: string, path = 'restored'): DifferentialCase => ({
  name: `original destination: restored, ${name}`,
  listener: 'restoring',
  steps: [`${line}${get(`/${path}`)}`, { responses: 1 }],
  probes: false,
});

/** Clusters without hosts of their own: each request says where it goes. */
export const originalDstFamily: FilterFamily = {
  listeners: {
    meant: { filters: [setMetadata, setState], routes },
    restoring: { filters: [], routes, listenerFilters: [proxyProtocol] },
  },
  origins: ['other'],
  shapedClusters: (places) => [
    cluster('by-header', { use_http_header: true }),
    cluster('by-own-header', { use_http_header: true, http_header_name: 'X-Own' }),
    cluster('by-port', { use_http_header: true, upstream_port_override: places.origins['other'] ?? 0 }),
    cluster('by-metadata', { use_http_header: true, metadata_key: { key: 'where', path: [{ key: 'to' }] } }),
    cluster('restored', {}),
  ],
  cases: [
    to('by-header', 'an address', [[header, main]]),
    to('by-header', 'the same address again', [[header, main]]),
    to('by-header', 'nothing', []),
    to('by-header', 'a name', [[header, 'localhost:80']]),
    to('by-header', 'no port', [[header, '127.0.0.1']]),
    to('by-header', 'a port too large', [[header, '127.0.0.1:70000']]),
    to('by-header', 'two addresses', [[header, `${main},${main}`]]),
    to('by-header', 'spaces before it', [[header, ` ${main}`]]),
    to('by-header', 'IPv6 without brackets', [[header, '::1:80']]),
    to('by-header', 'an address where nobody listens', [[header, '127.0.0.1:1']]),
    to('by-header', 'filter state comes first', [
      [header, '127.0.0.1:1'],
      ['x-state', main],
    ]),
    to('by-own-header', 'the header', [['x-own', main]]),
    to('by-own-header', 'another header', [[header, main]]),
    to('by-port', 'another port', [[header, main]]),
    to('by-metadata', 'metadata', [['x-meant', main]]),
    to('by-metadata', 'metadata before the header', [
      ['x-meant', main],
      [header, '127.0.0.1:1'],
    ]),
    to('by-metadata', 'bad metadata and the header', [
      ['x-meant', 'nowhere'],
      [header, main],
    ]),
    to('by-metadata', 'the header alone', [[header, main]]),
    to('restored', 'nothing is restored', []),
    to('restored', 'a header does not count', [[header, main]]),
    restored('an address', 'PROXY TCP4 10.0.0.9 127.0.0.1 5555 <port main>\r\n'),
    restored('no address', 'PROXY UNKNOWN\r\n'),
    restored('where nobody listens', 'PROXY TCP4 10.0.0.9 127.0.0.1 5555 1\r\n'),
    restored('another port', 'PROXY TCP4 10.0.0.9 127.0.0.1 5555 1\r\n', 'by-port'),
  ],
};
