import type { ConfigNode } from '../../../../api/config-node.js';
import type { Probe } from '../../../../api/explain.js';
import type { ConnectionControl, NetworkFilterFactory } from '../../../../api/network-filter.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';
import { explainRequest } from '../../../../http/explain-request.js';
import { Manager } from '../../../../http/manager.js';
import { type ManagerConfig, parseManager } from '../../../../http/manager-config.js';
import { ManagerConnection } from '../../../../http/manager-connection.js';
import { parseRouteConfiguration } from '../../../../route/config.js';
import type { RouteTableConfig } from '../../../../route/config-types.js';
import { buildScopedTable, parseScopedRoutes } from '../../../../route/scopes.js';
import { buildRouteTable } from '../../../../route/table.js';
import { parseAccessLogs } from '../../../../stream/access-log/access-log.js';

const parseRoutes = (node: ConfigNode): RouteTableConfig =>
  parseRouteConfiguration(node, { validateClusters: true });

/** The network filter that speaks HTTP; last of its chain. */
export const httpConnectionManager: NetworkFilterFactory<ManagerConfig> = {
  name: 'envoy.filters.network.http_connection_manager',
  typeUrl: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  isTerminal: true,
  parse: (node) =>
    parseManager(node, {
      routes: parseRoutes,
      scopes: (scopes) => parseScopedRoutes(scopes, parseRoutes),
      accessLogs: parseAccessLogs,
    }),
  build(config, scope, context) {
    const { runtime } = scope;
    const routes =
      config.scopes === null
        ? buildRouteTable(config.routes, { runtime })
        : buildScopedTable(config.scopes, { runtime });
    const accessLogs = config.accessLogs.map((log) => scope.accessLog(log));
    const manager = new Manager(config, scope, context, routes, accessLogs);
    return Object.assign((connection: ConnectionControl) => new ManagerConnection(manager, connection), {
      explain: (probe: Probe, info: ConnectionInfo) => explainRequest(manager, probe, info),
    });
  },
};
