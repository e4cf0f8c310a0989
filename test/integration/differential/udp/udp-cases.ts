import type { Plain } from '../../../../src/base/plain.js';
import { address, type Fields, fileLog, filter, typed } from '../families/filter-family.js';
import type { Bootstrap, Places } from '../proxy-under-test.js';

/** What a client does; it then waits for that many replies in all, or for a stat to reach a value. */
export type UdpStep = {
  readonly send?: string;
  readonly client?: string;
  readonly replies?: number;
  readonly stat?: readonly [name: string, value: number];
};

export interface UdpCase {
  readonly name: string;
  readonly listener: string;
  readonly steps: readonly UdpStep[];
  /** Which host round robin begins with is drawn: hosts are named in their order. */
  readonly startsAnywhere?: boolean;
}

const route = (cluster: string): Plain => ({
  action: {
    name: 'route',
    typed_config: typed('envoy.extensions.filters.udp.udp_proxy.v3.Route', { cluster }),
  },
});
const to = (cluster: string): Fields => ({ matcher: { on_no_match: route(cluster) } });
/** By the first matcher that holds: the source port's, which no client has. */
const bySource: Fields = {
  matcher: {
    matcher_tree: {
      input: {
        name: 'ip',
        typed_config: typed('envoy.extensions.matching.common_inputs.network.v3.SourceIPInput'),
      },
      exact_match_map: { map: { '127.0.0.1': route('second'), '10.0.0.1': route('main') } },
    },
  },
};
const byNobody: Fields = {
  matcher: {
    matcher_tree: {
      input: {
        name: 'ip',
        typed_config: typed('envoy.extensions.matching.common_inputs.network.v3.SourceIPInput'),
      },
      exact_match_map: { map: { '10.0.0.1': route('main') } },
    },
  },
};

const listeners: { readonly [name: string]: Fields } = {
  plain: to('main'),
  idle: { ...to('main'), idle_timeout: '0.1s' },
  old: { cluster: 'second' },
  matched: bySource,
  unmatched: byNobody,
  lost: to('no-such'),
  empty: to('empty'),
  limited: to('limited'),
  both: to('both'),
  each: { ...to('both'), use_per_packet_load_balancing: true },
  hashed: { ...to('ring'), hash_policies: [{ source_ip: true }] },
  keyed: { ...to('ring'), hash_policies: [{ key: 'the key' }] },
  large: { ...to('main'), upstream_socket_config: { max_rx_datagram_size: 4000, prefer_gro: false } },
  small: { ...to('main'), upstream_socket_config: { max_rx_datagram_size: 2000, prefer_gro: false } },
  some: { ...to('main'), upstream_socket_config: { max_rx_datagram_size: 100 } },
};

const sessionLog = [
  'flags=%RESPONSE_FLAGS% type=%ACCESS_LOG_TYPE% session=%DYNAMIC_METADATA(udp.proxy.session)%',
  'rx=%BYTES_RECEIVED% tx=%BYTES_SENT% host=%UPSTREAM_HOST% cluster=%UPSTREAM_CLUSTER%',
  'remote=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% local=%DOWNSTREAM_LOCAL_ADDRESS%',
  'from=%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
].join(' ');

/** UDP listeners; `ports` are those of the origins. */
export function udpBootstrap(ports: { readonly [name: string]: number }): Bootstrap {
  return {
    name: 'udp',
    extension: 'json',
    listeners: Object.keys(listeners),
    origins: [],
    text: (places) => {
      const cluster = (name: string, hosts: readonly string[], fields: Fields = {}): Plain => ({
        name,
        type: 'STATIC',
        load_assignment: {
          cluster_name: name,
          endpoints: [
            { lb_endpoints: hosts.map((host) => ({ endpoint: { address: address(ports[host] ?? 0) } })) },
          ],
        },
        ...fields,
      });
      return JSON.stringify({
        admin: { address: address(places.adminPort) },
        static_resources: {
          listeners: Object.entries(listeners).map(([name, fields]) => listener(name, fields, places)),
          clusters: [
            cluster('main', ['main']),
            cluster('second', ['second']),
            cluster('both', ['main', 'second']),
            cluster('empty', []),
            cluster('limited', ['main'], { circuit_breakers: { thresholds: [{ max_connections: 1 }] } }),
            cluster('ring', ['main', 'second'], { lb_policy: 'RING_HASH' }),
          ],
        },
      });
    },
  };
}

function listener(name: string, fields: Fields, places: Places): Plain {
  return {
    name,
    stat_prefix: name,
    address: {
      socket_address: { protocol: 'UDP', address: '127.0.0.1', port_value: places.listeners[name] ?? 0 },
    },
    udp_listener_config: {},
    listener_filters: [
      filter('proxy', 'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig', {
        stat_prefix: name,
        idle_timeout: '30s',
        access_log: [fileLog(places.customLog, sessionLog)],
        ...fields,
      }),
    ],
  };
}

const one: readonly UdpStep[] = [{ send: 'one', replies: 1 }];

export const udpCases: readonly UdpCase[] = [
  {
    name: 'datagrams to and fro',
    listener: 'plain',
    steps: [
      ...one,
      { send: 'two', replies: 2 },
      { send: '', replies: 3 },
      { send: 'x'.repeat(1497), replies: 4 },
      { send: 'other', client: 'b', replies: 5 },
    ],
  },
  {
    name: 'datagrams that are too long',
    listener: 'plain',
    steps: [{ send: 'x'.repeat(1501), stat: ['listener.plain.udp.downstream_rx_datagram_dropped', 1] }],
  },
  {
    name: 'datagrams of hosts that are too long',
    listener: 'small',
    steps: [{ send: 'big', stat: ['cluster.main.udp.sess_rx_datagrams_dropped', 1] }],
  },
  { name: 'datagrams of hosts that fit with GRO', listener: 'some', steps: [{ send: 'big', replies: 1 }] },
  {
    name: 'long datagrams of hosts without a limit',
    listener: 'plain',
    steps: [{ send: 'big', replies: 1 }],
  },
  { name: 'long datagrams of hosts', listener: 'large', steps: [{ send: 'big', replies: 1 }] },
  {
    name: 'a session that is idle',
    listener: 'idle',
    steps: [
      ...one,
      { stat: ['udp.idle.idle_timeout', 1] },
      { send: 'again', replies: 2 },
      { stat: ['udp.idle.idle_timeout', 2] },
    ],
  },
  { name: 'a cluster by its name', listener: 'old', steps: one },
  { name: 'a cluster by a matcher', listener: 'matched', steps: one },
  {
    name: 'no cluster by a matcher',
    listener: 'unmatched',
    steps: [{ send: 'one', stat: ['udp.unmatched.downstream_sess_no_route', 1] }],
  },
  {
    name: 'no such cluster',
    listener: 'lost',
    steps: [{ send: 'one', stat: ['udp.lost.downstream_sess_no_route', 1] }],
  },
  {
    name: 'a cluster without hosts',
    listener: 'empty',
    steps: [{ send: 'one', stat: ['cluster.empty.upstream_cx_none_healthy', 1] }],
  },
  {
    name: 'one session more than may be',
    listener: 'limited',
    steps: [
      ...one,
      { send: 'two', client: 'b', stat: ['cluster.limited.upstream_cx_overflow', 1] },
      { send: 'three', replies: 2 },
    ],
  },
  {
    name: 'a session stays with its host',
    listener: 'both',
    startsAnywhere: true,
    steps: [...one, { send: 'two', replies: 2 }, { send: 'three', client: 'b', replies: 3 }],
  },
  {
    name: 'each datagram is balanced',
    listener: 'each',
    startsAnywhere: true,
    steps: [...one, { send: 'two', replies: 2 }, { send: 'three', replies: 3 }],
  },
];
