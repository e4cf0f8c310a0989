import type { ExtensionConfig } from '../api/config-node.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import type { ManagerConfig } from '../http/manager-config.js';
import type { FilterChainConfig } from '../network/listener-config.js';
import type { VirtualHostConfig } from '../route/config-types.js';

const managerType = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/**
 * A bootstrap without what workers alone use, their route tables: copying ten thousand routes to main costs it a fifth
 * of a second. Routes with a `stat_prefix` stay, main declares their stats.
 */
export function forMain(model: BootstrapModel): BootstrapModel {
  return {
    ...model,
    listeners: model.listeners.map((listener) => ({
      ...listener,
      chains: listener.chains.map(thinChain),
      defaultChain: listener.defaultChain === null ? null : thinChain(listener.defaultChain),
    })),
  };
}

function thinChain(chain: FilterChainConfig): FilterChainConfig {
  return { ...chain, filters: chain.filters.map(thinFilter) };
}

function thinFilter(filter: ExtensionConfig): ExtensionConfig {
  if (filter.typeUrl !== managerType) return filter;
  // Its own parser made it: both come from this build.
  const config = filter.config as ManagerConfig;
  const { routes } = config;
  const virtualHosts = routes.virtualHosts.map(thinHost);
  return { ...filter, config: { ...config, routes: { ...routes, virtualHosts } } };
}

function thinHost(host: VirtualHostConfig): VirtualHostConfig {
  return { ...host, routes: host.routes.filter(({ statPrefix }) => statPrefix !== ''), matcher: null };
}
