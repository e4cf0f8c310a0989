import type { Extension } from '../../api/extension.js';
import type { ConnectionMonitorConfig } from '../../network/connection-monitor.js';

/** How many downstream connections there may be in all; main asks before it takes one. */
export const downstreamConnections: Extension<ConnectionMonitorConfig> = {
  name: 'envoy.resource_monitors.global_downstream_max_connections',
  typeUrl: 'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
  parse: (node) => ({ maxConnections: node.number('max_active_downstream_connections', 0) }),
};
