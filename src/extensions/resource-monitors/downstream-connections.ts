import type { ResourceMonitorFactory } from '../../api/overload.js';
import { type ConnectionMonitorConfig, connectionMonitorType } from '../../network/overload-config.js';

/** How many downstream connections there may be in all; main asks before it takes one. */
export const downstreamConnections: ResourceMonitorFactory<ConnectionMonitorConfig> = {
  name: 'envoy.resource_monitors.global_downstream_max_connections',
  typeUrl: connectionMonitorType,
  parse: (node) => ({ maxConnections: node.number('max_active_downstream_connections', 0) }),
};
