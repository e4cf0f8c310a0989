import {
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';

const clusterKey = 'envoy.tcp_proxy.cluster';

/** Lets tcp_proxy take the cluster that is called as the server that the client asked for. */
export const sniCluster: NetworkFilterFactory<Readonly<Record<string, never>>> = {
  name: 'envoy.filters.network.sni_cluster',
  typeUrl: 'envoy.extensions.filters.network.sni_cluster.v3.SniCluster',
  isTerminal: false,
  parse: () => ({}),
  build: () => (connection) => new SniClusterFilter(connection.info),
};

class SniClusterFilter implements NetworkFilter {
  private readonly info: ConnectionInfo;

  constructor(info: ConnectionInfo) {
    this.info = info;
  }

  onNewConnection(): NetworkStatus {
    const { info } = this;
    if (info.requestedServerName === '') return NetworkStatus.Continue;
    info.filterState ??= new Map();
    info.filterState.set(clusterKey, info.requestedServerName);
    return NetworkStatus.Continue;
  }
}
