import type { NetworkFilterFactory } from '../../../../api/network-filter.js';
import { Manager } from '../../../../http/manager.js';
import { type ManagerConfig, parseManager } from '../../../../http/manager-config.js';
import { ManagerConnection } from '../../../../http/manager-connection.js';
import { parseRouteConfiguration } from '../../../../route/config.js';
import { buildRouteTable } from '../../../../route/table.js';
import { parseAccessLogs } from '../../../../stream/access-log/access-log.js';

/** The network filter that speaks HTTP; last of its chain. */
export const httpConnectionManager: NetworkFilterFactory<ManagerConfig> = {
  name: 'envoy.filters.network.http_connection_manager',
  typeUrl: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  isTerminal: true,
  parse: (node) =>
    parseManager(node, {
      routes: (routes) => parseRouteConfiguration(routes, { validateClusters: true }),
      accessLogs: parseAccessLogs,
    }),
  build(config, scope, context) {
    const routes = buildRouteTable(config.routes, { runtime: scope.runtime });
    const accessLogs = config.accessLogs.map((log) => scope.accessLog(log));
    const manager = new Manager(config, scope, context, routes, accessLogs);
    return (connection) => new ManagerConnection(manager, connection);
  },
};
