import { snifferBootstrap } from '../bytes/sniffer-bootstrap.js';
import { type Fields, filter } from '../families/filter-family.js';
import type { Bootstrap, Places } from '../proxy-under-test.js';

const always = { numerator: 100 };

function mongo(statPrefix: string, fields: Fields = {}) {
  const type = 'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy';
  return ({ defaultLog }: Places) =>
    filter('envoy.filters.network.mongo_proxy', type, {
      stat_prefix: statPrefix,
      access_log: defaultLog,
      ...fields,
    });
}

/** Listeners with mongo_proxy, to a server on that port. OP_MSG is an error in both. */
export function mongoBootstrap(serverPort: number): Bootstrap {
  return snifferBootstrap({
    name: 'mongo',
    serverPort,
    namespace: 'envoy.filters.network.mongo_proxy',
    runtime: { 'mongo.op_msg_enabled': 0 },
    filters: {
      main: mongo('main'),
      metadata: mongo('metadata', { emit_dynamic_metadata: true }),
      delayed: mongo('delayed', { delay: { fixed_delay: '0.05s', percentage: always } }),
      undelayed: mongo('undelayed', { delay: { fixed_delay: '0.05s' } }),
      commands: mongo('commands', { commands: ['isMaster', 'count'] }),
      shallow: mongo('shallow', { max_bson_depth: 2 }),
    },
  });
}
