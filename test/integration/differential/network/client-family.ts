import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get } from '../differential-case.js';
import { type Fields, filter, typed } from '../families/filter-family.js';
import { cluster } from '../network-bootstrap.js';
import type { NetworkListener } from '../network-listeners.js';
import type { NetworkFamily } from './network-family.js';

const announcing = (config: Fields): Fields => ({
  transport_socket: filter(
    'proxy',
    'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport',
    {
      config,
      transport_socket: filter('raw', 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer'),
    },
  ),
});
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const passing = (config: Fields = {}): Plain =>
  filter(
    'envoy.filters.listener.proxy_protocol',
    'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
    {
      allow_requests_without_proxy_protocol: true,
      pass_through_tlvs: { match_type: 'INCLUDE_ALL' },
      ...config,
    },
  );

const to = (name: string, proxy: Fields = {}): NetworkListener => ({
  listenerFilters: [passing()],
  proxy: { cluster: name, ...proxy },
});

/** The clusters, each in front of a listener that reads the header again. */
const clusters: { readonly [name: string]: Fields } = {
  v1: { version: 'V1' },
  v2: { version: 'V2' },
  'v2-all': { version: 'V2', pass_through_tlvs: { match_type: 'INCLUDE_ALL' } },
  'v2-some': { version: 'V2', pass_through_tlvs: { match_type: 'INCLUDE', tlv_type: [2, 0xe1] } },
  'v2-added': {
    version: 'V2',
    pass_through_tlvs: { match_type: 'INCLUDE_ALL' },
    added_tlvs: [
      { type: 0xe1, value: base64('added') },
      { type: 2, value: base64('over') },
    ],
  },
};

const keys = [1, 2, 0xe0, 0xe1, 0xe2];
const seen = {
  listenerFilters: [
    filter(
      'envoy.filters.listener.proxy_protocol',
      'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
      { rules: keys.map((type) => ({ tlv_type: type, on_tlv_present: { key: `t${type}` } })) },
    ),
  ],
};

const tlv = (type: string, value: string): string => `${type}\0${String.fromCharCode(value.length)}${value}`;
const four = '\x0a\x00\x00\x01\x0a\x00\x00\x02\x10\x00\x00\x50';
const six = `\x20\x01${'\0'.repeat(13)}\x01\x20\x01${'\0'.repeat(13)}\x02\x10\x00\x00\x50`;
function binary(family: string, rest: string): string {
  const { length } = rest;
  return `\r\n\r\n\0\r\nQUIT\n\x21${family}${String.fromCharCode(length >> 8, length & 255)}${rest}`;
}

const heads: { readonly [name: string]: string } = {
  'without a header': '',
  'with a line': 'PROXY TCP4 10.0.0.1 10.0.0.2 4096 80\r\n',
  'with a header of version 2': binary('\x11', four),
  'with one for IPv6': binary('\x21', six),
  'with TLVs': binary('\x11', four + tlv('\x02', 'name') + tlv('\xe0', 'x') + tlv('\xe2', 'y')),
};

function carried(listener: string): DifferentialCase[] {
  return Object.entries(heads).map(([name, head]) => ({
    name: `client told of: ${listener}, ${name}`,
    listener,
    steps: [`${head}${get('/bytes')}`, { responses: 1 }, 'end', 'closed'],
    probes: false,
    ignores: head === '' ? [/upstream_cx_tx_bytes_total|downstream_cx_rx_bytes|remote=|local=/] : [],
  }));
}

const ownTlvs: Fields = {
  proxy_protocol_tlvs: [
    { type: 0xe0, value: base64('own') },
    {
      type: 0xe1,
      format_string: { text_format_source: { inline_string: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' } },
    },
  ],
};

const http = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** `upstream_proxy_protocol`: what hosts are told of clients. */
export const clientFamily: NetworkFamily = {
  listeners: {
    reading: seen,
    ...Object.fromEntries(Object.keys(clusters).map((name) => [`to-${name}`, to(name)])),
    'to-own': to('v2-all', ownTlvs),
    'to-over': to('v2-all', {
      ...ownTlvs,
      proxy_protocol_tlv_merge_policy: 'OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD',
    }),
    'to-appended': to('v2-all', { ...ownTlvs, proxy_protocol_tlv_merge_policy: 'APPEND_IF_EXISTS_OR_ADD' }),
  },
  shapedListeners: {
    requests: () => ({
      listener_filters: [passing()],
      filter_chains: [
        {
          filters: [
            {
              name: 'http',
              typed_config: typed(http, {
                stat_prefix: 'requests',
                route_config: {
                  virtual_hosts: [
                    {
                      name: 'all',
                      domains: ['*'],
                      routes: [{ match: { prefix: '/' }, route: { cluster: 'v2-all' } }],
                    },
                  ],
                },
                http_filters: [
                  filter('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router'),
                ],
              }),
            },
          ],
        },
      ],
    }),
  },
  clusters: ({ listeners }) =>
    Object.entries(clusters).map(([name, config]) =>
      cluster(name, [listeners['reading'] ?? 0], announcing(config)),
    ),
  cases: [
    ...Object.keys(clusters).flatMap((name) => carried(`to-${name}`)),
    ...['to-own', 'to-over', 'to-appended'].flatMap(carried),
    // Idle connections of a pool leave when they leave.
    ...carried('requests').map((it) => ({ ...it, ignores: [...(it.ignores ?? []), /listener\.reading/] })),
  ],
};
