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
const input = (type: string): Plain => ({
  name: 'input',
  typed_config: typed(`envoy.extensions.matching.common_inputs.network.v3.${type}`),
});
const tree = (type: string, kind: 'exact' | 'prefix', map: { readonly [key: string]: Plain }): Fields => ({
  matcher: { matcher_tree: { input: input(type), [`${kind}_match_map`]: { map } } },
});
const single = (type: string, valueMatch: Fields): Fields => ({
  single_predicate: { input: input(type), value_match: valueMatch },
});
/** The first that holds: sources of a far network, a port nobody has together with here, all but the far ones. */
const byList: Fields = {
  matcher: {
    matcher_list: {
      matchers: [
        { predicate: single('SourceIPInput', { prefix: '10.' }), on_match: route('main') },
        {
          predicate: {
            and_matcher: {
              predicate: [
                single('SourceIPInput', { exact: '127.0.0.1' }),
                single('SourcePortInput', { exact: '1' }),
              ],
            },
          },
          on_match: route('main'),
        },
        {
          predicate: {
            and_matcher: {
              predicate: [
                single('DestinationIPInput', { exact: '127.0.0.1' }),
                { not_matcher: single('DestinationPortInput', { exact: '1' }) },
              ],
            },
          },
          on_match: route('second'),
        },
      ],
    },
    on_no_match: route('main'),
  },
};
const ranges = (...prefixes: readonly string[]): Plain =>
  prefixes.map((address_prefix) => ({
    address_prefix,
    prefix_len: address_prefix === '127.0.0.0' ? 8 : 32,
  }));
const byRange: Fields = {
  matcher: {
    matcher_tree: {
      input: input('SourceIPInput'),
      custom_match: {
        name: 'ip',
        typed_config: typed('xds.type.matcher.v3.IPMatcher', {
          range_matchers: [
            { ranges: ranges('127.0.0.0'), on_match: route('second') },
            { ranges: ranges('10.0.0.1'), on_match: route('main') },
          ],
        }),
      },
    },
  },
};
/** Through a matcher within a matcher. */
const nested: Fields = {
  matcher: {
    matcher_tree: {
      input: input('DestinationIPInput'),
      exact_match_map: { map: { '127.0.0.1': tree('SourceIPInput', 'prefix', { '127.': route('second') }) } },
    },
    on_no_match: route('main'),
  },
};

const listeners: { readonly [name: string]: Fields } = {
  plain: to('main'),
  idle: { ...to('main'), idle_timeout: '0.1s' },
  old: { cluster: 'second' },
  matched: tree('SourceIPInput', 'exact', { '127.0.0.1': route('second'), '10.0.0.1': route('main') }),
  unmatched: tree('SourceIPInput', 'exact', { '10.0.0.1': route('main') }),
  listed: byList,
  ranged: byRange,
  nested,
  undecided: { matcher: {} },
  lost: to('no-such'),
  empty: to('empty'),
  limited: to('limited'),
  both: to('both'),
  each: { ...to('both'), use_per_packet_load_balancing: true },
  hashed: { ...to('ring'), hash_policies: [{ source_ip: true }] },
  keyed: { ...to('ring'), hash_policies: [{ key: 'the key' }] },
  large: { ...to('main'), upstream_socket_config: { max_rx_datagram_size: 4000, prefer_gro: false } },
  small: { ...to('main'), upstream_socket_config: { max_rx_datagram_size: 2000, prefer_gro: false } },
  whole: { ...to('main'), upstream_socket_config: { max_rx_datagram_size: 65_535, prefer_gro: false } },
  sick: to('sick'),
  eachLost: { ...to('no-such'), use_per_packet_load_balancing: true },
  eachEmpty: { ...to('empty'), use_per_packet_load_balancing: true },
  eachLimited: { ...to('limited-each'), use_per_packet_load_balancing: true },
  eachHashed: {
    ...to('maglev'),
    use_per_packet_load_balancing: true,
    hash_policies: [{ key: 'the key' }],
  },
  deaf: to('refused'),
  some: { ...to('main'), upstream_socket_config: { max_rx_datagram_size: 100 } },
};

const sessionLog = [
  'flags=%RESPONSE_FLAGS% type=%ACCESS_LOG_TYPE% session=%DYNAMIC_METADATA(udp.proxy.session)%',
  'rx=%BYTES_RECEIVED% tx=%BYTES_SENT% host=%UPSTREAM_HOST% cluster=%UPSTREAM_CLUSTER%',
  'remote=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% local=%DOWNSTREAM_LOCAL_ADDRESS%',
  'from=%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% to=%UPSTREAM_REMOTE_ADDRESS% cid=%UPSTREAM_CONNECTION_ID% raw=%UPSTREAM_CLUSTER_RAW%',
  'name=%DYNAMIC_METADATA(udp.proxy.session:cluster_name)% none=%DYNAMIC_METADATA(udp.proxy.session:none)%',
  'sent=%DYNAMIC_METADATA(udp.proxy.session:bytes_sent)% proxy=%DYNAMIC_METADATA(udp.proxy.proxy)%',
  'long=%RESPONSE_FLAGS_LONG% code=%RESPONSE_CODE% details=%RESPONSE_CODE_DETAILS% protocol=%PROTOCOL%',
  'direct=%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT% end=%CONNECTION_TERMINATION_DETAILS%',
  'sni=%REQUESTED_SERVER_NAME% route=%ROUTE_NAME% chain=%FILTER_CHAIN_NAME%',
  'wire=%DOWNSTREAM_WIRE_BYTES_RECEIVED%/%UPSTREAM_WIRE_BYTES_SENT% failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  'attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT% path=%REQ(:PATH)% hostname=%UPSTREAM_HOST_NAME%',
].join(' ');

const proxyLog = [
  'PROXY %DYNAMIC_METADATA(udp.proxy.proxy)% type=%ACCESS_LOG_TYPE% flags=%RESPONSE_FLAGS%',
  'sessions=%DYNAMIC_METADATA(udp.proxy.proxy:session_total)% session=%DYNAMIC_METADATA(udp.proxy.session)%',
  'rx=%BYTES_RECEIVED% tx=%BYTES_SENT% host=%UPSTREAM_HOST% cluster=%UPSTREAM_CLUSTER%',
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
            {
              lb_endpoints: hosts.map((host) => ({
                endpoint: { address: address(ports[host] ?? places.origins[host] ?? 0) },
                // Ports differ from run to run, where these put a host on the ring does not.
                metadata: { filter_metadata: { 'envoy.lb': { hash_key: host } } },
              })),
            },
          ],
        },
        ...fields,
      });
      const unfit = { endpoint: { address: address(ports.main ?? 0) }, health_status: 'UNHEALTHY' };
      const sick: Plain = {
        name: 'sick',
        type: 'STATIC',
        common_lb_config: { healthy_panic_threshold: { value: 0 } },
        load_assignment: { cluster_name: 'sick', endpoints: [{ lb_endpoints: [unfit] }] },
      };
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
            cluster('limited-each', ['main'], { circuit_breakers: { thresholds: [{ max_connections: 1 }] } }),
            cluster('ring', ['main', 'second'], { lb_policy: 'RING_HASH' }),
            cluster('maglev', ['main', 'second'], { lb_policy: 'MAGLEV' }),
            cluster('refused', ['refused']),
            sick,
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
        access_log: [fileLog(places.customLog, `${name}: ${sessionLog}`)],
        proxy_access_log: [fileLog(places.customLog, `${name}: ${proxyLog}`)],
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
  { name: 'a hash of a key', listener: 'keyed', steps: [...one, { send: 'two', client: 'b', replies: 2 }] },
  {
    name: 'a hash of the source',
    listener: 'hashed',
    steps: [...one, { send: 'two', client: 'b', replies: 2 }],
  },
  {
    name: 'a hash of a key for each datagram',
    listener: 'eachHashed',
    steps: [...one, { send: 'two', replies: 2 }, { send: 'three', client: 'b', replies: 3 }],
  },
  { name: 'a list of predicates', listener: 'listed', steps: one },
  { name: 'a tree of ranges', listener: 'ranged', steps: one },
  { name: 'a tree within a tree', listener: 'nested', steps: one },
  {
    name: 'a matcher that says nothing',
    listener: 'undecided',
    steps: [{ send: 'one', stat: ['udp.undecided.downstream_sess_no_route', 1] }],
  },
  { name: 'the longest limit for hosts', listener: 'whole', steps: [{ send: 'big', replies: 1 }] },
  {
    name: 'a cluster whose host is unhealthy',
    listener: 'sick',
    steps: [{ send: 'one', stat: ['cluster.sick.upstream_cx_none_healthy', 1] }],
  },
  {
    name: 'no such cluster for each datagram',
    listener: 'eachLost',
    steps: [
      { send: 'one', stat: ['udp.eachLost.downstream_sess_no_route', 1] },
      { send: 'two', stat: ['udp.eachLost.downstream_sess_no_route', 2] },
    ],
  },
  {
    name: 'a cluster without hosts for each datagram',
    listener: 'eachEmpty',
    steps: [{ send: 'one', stat: ['cluster.empty.upstream_cx_none_healthy', 1] }],
  },
  {
    name: 'one session more than may be, each datagram balanced',
    listener: 'eachLimited',
    steps: [
      ...one,
      { send: 'two', client: 'b', stat: ['cluster.limited-each.upstream_cx_overflow', 1] },
      { send: 'three', replies: 2 },
    ],
  },
  {
    name: 'nobody listens where the datagram goes',
    listener: 'deaf',
    steps: [{ send: 'one', stat: ['cluster.refused.udp.sess_rx_errors', 1] }],
  },
];
