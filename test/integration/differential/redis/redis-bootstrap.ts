import type { Plain } from '../../../../src/base/plain.js';
import { address, type Fields, filter, typed } from '../families/filter-family.js';
import type { Bootstrap, Places } from '../proxy-under-test.js';

type Ports = { readonly [name: string]: number };

export const redisBackendNames: readonly string[] = [
  'one',
  'left',
  'right',
  'mirror',
  'stray',
  'shard-a',
  'shard-b',
  'replica-a',
  'zoned',
  'zoned-far',
  'zoned-near',
];

const toOne: Fields = { catch_all_route: { cluster: 'one' } };
const text = (inline_string: string): Plain => ({ inline_string });
const percent = (numerator: number): Plain => ({ default_value: { numerator, denominator: 'HUNDRED' } });

const asks = (fields: Fields, cluster = 'auth', timeout = '20s'): Fields => ({
  external_auth_provider: {
    grpc_service: { envoy_grpc: { cluster_name: cluster }, ...(timeout === '' ? {} : { timeout }) },
    ...fields,
  },
});

/** What is not the usual of each listener: fields of `settings`, and fields of the filter. */
const listeners: { readonly [name: string]: readonly [settings: Fields, filter: Fields] } = {
  main: [{}, { prefix_routes: toOne }],
  quiet: [{ enable_command_stats: false }, { prefix_routes: toOne, latency_in_micros: true }],
  two: [{}, { prefix_routes: { catch_all_route: { cluster: 'two' } } }],
  tags: [{ enable_hashtagging: true }, { prefix_routes: { catch_all_route: { cluster: 'two' } } }],
  prefixes: [
    {},
    {
      prefix_routes: {
        routes: [
          { prefix: 'l:', cluster: 'left-only', remove_prefix: true },
          { prefix: 'l:r:', cluster: 'right-only' },
          { prefix: 'F', cluster: 'left-only', key_formatter: '{%KEY%}.tail' },
          { prefix: 'rf:', cluster: 'left-only', remove_prefix: true, key_formatter: '<%KEY%>' },
          { prefix: 'gone:', cluster: 'left-only', key_formatter: '' },
        ],
      },
    },
  ],
  folded: [
    {},
    {
      prefix_routes: {
        routes: [{ prefix: 'Ab:', cluster: 'left-only', remove_prefix: true }],
        case_insensitive: true,
        catch_all_route: { cluster: 'one', remove_prefix: true, prefix: 'zz' },
      },
    },
  ],
  mirrored: [
    {},
    {
      prefix_routes: { catch_all_route: { cluster: 'one', request_mirror_policy: [{ cluster: 'mirror' }] } },
    },
  ],
  'mirrored-writes': [
    {},
    {
      prefix_routes: {
        catch_all_route: {
          cluster: 'one',
          request_mirror_policy: [
            { cluster: 'mirror', exclude_read_commands: true },
            { cluster: 'left-only', runtime_fraction: percent(0) },
            {
              cluster: 'right-only',
              runtime_fraction: { ...(percent(0) as Fields), runtime_key: 'mirror.all' },
            },
          ],
        },
      },
    },
  ],
  reads: [
    {},
    {
      prefix_routes: {
        catch_all_route: { cluster: 'one', read_command_policy: { cluster: 'mirror' } },
      },
    },
  ],
  redirected: [{ enable_redirection: true }, { prefix_routes: toOne }],
  'redirected-names': [
    {
      enable_redirection: true,
      dns_cache_config: { name: 'redis', dns_lookup_family: 'V4_ONLY' },
    },
    { prefix_routes: toOne },
  ],
  'redirected-none': [
    { enable_redirection: true, max_upstream_unknown_connections: 0 },
    { prefix_routes: toOne },
  ],
  faults: [
    {},
    {
      prefix_routes: toOne,
      faults: [
        { fault_type: 'ERROR', fault_enabled: percent(100), commands: ['GET', 'mget', 'exec'] },
        { fault_type: 'DELAY', fault_enabled: percent(100), delay: '0.01s', commands: ['set', 'hget'] },
        { fault_type: 'ERROR', fault_enabled: percent(100), delay: '0.01s', commands: ['del'] },
        { fault_type: 'ERROR', fault_enabled: percent(0), commands: ['append'] },
        {
          fault_type: 'ERROR',
          fault_enabled: { ...(percent(0) as Fields), runtime_key: 'fault.all' },
          commands: ['incr'],
        },
      ],
    },
  ],
  'faults-all': [
    {},
    { prefix_routes: toOne, faults: [{ fault_type: 'ERROR', fault_enabled: percent(100) }] },
  ],
  secured: [{}, { prefix_routes: { catch_all_route: { cluster: 'secured' } } }],
  'secured-user': [{}, { prefix_routes: { catch_all_route: { cluster: 'secured-user' } } }],
  password: [{}, { prefix_routes: toOne, downstream_auth_passwords: [text('p1'), text('p2'), text('')] }],
  'old-password': [{}, { prefix_routes: toOne, downstream_auth_password: text('old') }],
  'both-passwords': [
    {},
    { prefix_routes: toOne, downstream_auth_password: text('old'), downstream_auth_passwords: [text('p1')] },
  ],
  user: [
    {},
    { prefix_routes: toOne, downstream_auth_username: text('me'), downstream_auth_passwords: [text('p1')] },
  ],
  'user-alone': [{}, { prefix_routes: toOne, downstream_auth_username: text('me') }],
  custom: [{}, { prefix_routes: toOne, custom_commands: ['MY.cmd', 'other', 'get'] }],
  replicas: [{ read_policy: 'REPLICA' }, { prefix_routes: toOne }],
  refused: [{}, { prefix_routes: { catch_all_route: { cluster: 'refused' } } }],
  empty: [{}, { prefix_routes: { catch_all_route: { cluster: 'empty' } } }],
  hasty: [{ op_timeout: '0.1s' }, { prefix_routes: toOne }],
  limited: [
    { connection_rate_limit: { connection_rate_limit_per_sec: 1 } },
    { prefix_routes: { catch_all_route: { cluster: 'limited' } } },
  ],
  buffered: [
    { max_buffer_size_before_flush: 1024, buffer_flush_timeout: '0.003s' },
    { prefix_routes: toOne },
  ],
  three: [{}, { prefix_routes: toOne, protocol_version: 'RESP3' }],
  'three-password': [
    {},
    { prefix_routes: toOne, protocol_version: 'RESP3', downstream_auth_passwords: [text('p1')] },
  ],
  external: [{}, { prefix_routes: toOne, ...asks({}) }],
  'external-hasty': [{}, { prefix_routes: toOne, ...asks({}, 'auth', '') }],
  'external-and-passwords': [
    {},
    { prefix_routes: toOne, ...asks({}), downstream_auth_passwords: [text('p1')] },
  ],
  'external-until': [{}, { prefix_routes: toOne, ...asks({ enable_auth_expiration: true }) }],
  'external-three': [{}, { prefix_routes: toOne, ...asks({}), protocol_version: 'RESP3' }],
  'external-gone': [{}, { prefix_routes: toOne, ...asks({}, 'auth-gone') }],
  'three-secured': [
    {},
    { prefix_routes: { catch_all_route: { cluster: 'secured' } }, protocol_version: 'RESP3' },
  ],
};

/** Before a Redis cluster. */
const slotListeners: typeof listeners = {
  slots: [{ enable_redirection: true }, { prefix_routes: { catch_all_route: { cluster: 'slots' } } }],
  'slots-replica': [{ read_policy: 'REPLICA' }, { prefix_routes: { catch_all_route: { cluster: 'slots' } } }],
  'slots-prefer-replica': [
    { read_policy: 'PREFER_REPLICA' },
    { prefix_routes: { catch_all_route: { cluster: 'slots' } } },
  ],
  'slots-zone': [
    { read_policy: 'LOCAL_ZONE_AFFINITY' },
    { prefix_routes: { catch_all_route: { cluster: 'slots' } } },
  ],
  zoned: [
    { read_policy: 'LOCAL_ZONE_AFFINITY' },
    { prefix_routes: { catch_all_route: { cluster: 'zoned' } } },
  ],
  'zoned-and-primary': [
    { read_policy: 'LOCAL_ZONE_AFFINITY_REPLICAS_AND_PRIMARY' },
    { prefix_routes: { catch_all_route: { cluster: 'zoned' } } },
  ],
};

function listener(name: string, [settings, own]: readonly [Fields, Fields], places: Places): Plain {
  return {
    name,
    stat_prefix: name,
    address: address(places.listeners[name] ?? 0),
    filter_chains: [
      {
        filters: [
          filter('redis', 'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy', {
            stat_prefix: name,
            settings: { op_timeout: '5s', enable_command_stats: true, ...settings },
            ...own,
          }),
        ],
      },
    ],
  };
}

/** Hosts are hashed by name, as their ports differ. */
function cluster(name: string, ports: Ports, backends: readonly string[], more: Fields = {}): Plain {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    lb_policy: 'MAGLEV',
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: backends.map((backend) => ({
            endpoint: { address: address(ports[backend] ?? 65_533) },
            metadata: { filter_metadata: { 'envoy.lb': { hash_key: backend } } },
          })),
        },
      ],
    },
    ...more,
  };
}

function security(fields: Fields): Fields {
  return {
    typed_extension_protocol_options: {
      'envoy.filters.network.redis_proxy': {
        '@type': 'type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProtocolOptions',
        ...fields,
      },
    },
  };
}

const http2: Fields = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      { explicit_http_config: { http2_protocol_options: {} } },
    ),
  },
};

function slots(name: string, ports: Ports, seed: string, more: Fields = {}): Plain {
  const { type: _, ...rest } = cluster(name, ports, [seed]) as Fields;
  return {
    ...rest,
    lb_policy: 'CLUSTER_PROVIDED',
    cluster_type: {
      name: 'envoy.clusters.redis',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.clusters.redis.v3.RedisClusterConfig',
        cluster_refresh_rate: '3600s',
        cluster_refresh_timeout: '1s',
        redirect_refresh_interval: '3600s',
        ...more,
      },
    },
  };
}

function redisClusters(ports: Ports): Plain[] {
  return [
    cluster('one', ports, ['one']),
    cluster('two', ports, ['left', 'right']),
    cluster('left-only', ports, ['left']),
    cluster('right-only', ports, ['right']),
    cluster('mirror', ports, ['mirror']),
    cluster('limited', ports, ['one']),
    cluster('secured', ports, ['one'], security({ auth_password: text('secret') })),
    cluster(
      'secured-user',
      ports,
      ['one'],
      security({ auth_username: text('ally'), auth_password: text('secret') }),
    ),
    cluster('refused', ports, ['nobody']),
    cluster('auth', ports, ['auth'], http2),
    cluster('auth-gone', ports, ['nobody'], http2),
    cluster('empty', ports, []),
  ];
}

function bootstrap(name: string, chosen: typeof listeners, clusters: readonly Plain[]): Bootstrap {
  return {
    name,
    extension: 'json',
    listeners: Object.keys(chosen),
    origins: [],
    text: (places) =>
      JSON.stringify({
        node: { id: 'node-1', cluster: 'cluster-1', locality: { zone: 'zone-1' } },
        admin: { address: address(places.adminPort) },
        layered_runtime: {
          layers: [{ name: 'static', static_layer: { 'fault.all': 100, 'mirror.all': 100 } }],
        },
        static_resources: {
          listeners: Object.entries(chosen).map(([it, own]) => listener(it, own, places)),
          clusters,
        },
      }),
  };
}

/** One listener for each way to configure the proxy, before backends that listen on those ports. */
export function redisBootstrap(ports: Ports, wanted: ReadonlySet<string>): Bootstrap {
  const chosen = Object.entries(listeners).filter(([name]) => wanted.has(name));
  return bootstrap('redis', Object.fromEntries(chosen), redisClusters(ports));
}

export function slotsBootstrap(ports: Ports): Bootstrap {
  return bootstrap('slots', slotListeners, [
    slots('slots', ports, 'shard-a'),
    slots('zoned', ports, 'zoned', { enable_zone_discovery: true }),
  ]);
}
