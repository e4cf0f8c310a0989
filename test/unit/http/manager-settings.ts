import { type ManagerConfig, parseManager } from '../../../src/http/manager-config.js';
import { readText } from '../../support/config-text.js';

const typeName = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** A connection manager's configuration from YAML, without routes and filters. */
export function managerSettings(yaml = ''): ManagerConfig {
  const parts = {
    routes: () => ({ name: '', virtualHosts: [] }) as never,
    scopes: () => null as never,
    accessLogs: () => [],
  };
  return readText(typeName, `stat_prefix: test\n${yaml}`, (node) => parseManager(node, parts)).value;
}
