import type { ConfigNode } from '../api/config-node.js';

/** `envoy.resource_monitors.global_downstream_max_connections`. */
export type ConnectionMonitorConfig = {
  readonly maxConnections: number;
};

/** Reads `overload_manager`: the limit of connections, 0 for none. Other monitors are not listed and refused by name. */
export function parseConnectionMonitor(overload: ConfigNode | undefined): number {
  if (overload === undefined) return 0;
  overload.noEffect('refresh_interval', 'connections are counted as they come');
  let limit = 0;
  for (const entry of overload.list('resource_monitors')) {
    const monitor = entry.asExtension('resource.monitor');
    if (monitor !== undefined) limit = (monitor.config as ConnectionMonitorConfig).maxConnections;
  }
  return limit;
}
