import type { Plain } from '../../../../src/base/plain.js';
import { address, type Fields, fileLog, filter } from '../families/filter-family.js';
import type { Bootstrap } from '../proxy-under-test.js';

const half = { numerator: 100 };

/** Fields of mongo_proxy, by listener. */
const listeners: { readonly [name: string]: Fields } = {
  main: {},
  metadata: { emit_dynamic_metadata: true },
  delayed: { delay: { fixed_delay: '0.05s', percentage: half } },
  undelayed: { delay: { fixed_delay: '0.05s' } },
  commands: { commands: ['isMaster', 'count'] },
  shallow: { max_bson_depth: 2 },
};

const connectionLog =
  'connection flags=%RESPONSE_FLAGS% rx=%BYTES_RECEIVED% tx=%BYTES_SENT% closed=%DOWNSTREAM_LOCAL_CLOSE_REASON% mongo=%DYNAMIC_METADATA(envoy.filters.network.mongo_proxy)%';

function listener(name: string, fields: Fields, port: number, mongoLog: string, log: Plain): Plain {
  return {
    name,
    address: address(port),
    filter_chains: [
      {
        filters: [
          filter(
            'envoy.filters.network.mongo_proxy',
            'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
            {
              stat_prefix: name,
              access_log: mongoLog,
              ...fields,
            },
          ),
          filter('tcp', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
            stat_prefix: name,
            cluster: 'mongo',
            access_log: [log],
          }),
        ],
      },
    ],
  };
}

/** Listeners with mongo_proxy before tcp_proxy, to a server on that port. */
export function mongoBootstrap(serverPort: number, runtime: Fields = {}): Bootstrap {
  return {
    name: 'mongo',
    extension: 'json',
    listeners: Object.keys(listeners),
    origins: [],
    text: (places) =>
      JSON.stringify({
        node: { id: 'node-1', cluster: 'cluster-1' },
        stats_flush_interval: '0.1s',
        admin: { address: address(places.adminPort) },
        layered_runtime: {
          layers: [{ name: 'static', static_layer: { 'mongo.op_msg_enabled': 0, ...runtime } }],
        },
        static_resources: {
          listeners: Object.entries(listeners).map(([name, fields]) =>
            listener(
              name,
              fields,
              places.listeners[name] ?? 0,
              places.defaultLog,
              fileLog(places.customLog, connectionLog),
            ),
          ),
          clusters: [
            {
              name: 'mongo',
              type: 'STATIC',
              load_assignment: {
                cluster_name: 'mongo',
                endpoints: [{ lb_endpoints: [{ endpoint: { address: address(serverPort) } }] }],
              },
            },
          ],
        },
      }),
  };
}
