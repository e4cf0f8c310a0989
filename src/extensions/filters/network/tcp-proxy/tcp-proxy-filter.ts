import type { Probe } from '../../../../api/explain.js';
import type { ConnectionControl, NetworkFilterFactory } from '../../../../api/network-filter.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';
import { recordOfConnection } from '../../../../stream/stream-record.js';
import { parseTcpProxy, type TcpProxyConfig } from './config.js';
import { TcpProxy } from './tcp-proxy.js';
import { TcpSession } from './tcp-session.js';

/** Relays the bytes of a connection to a host of a cluster; last of its chain. */
export const tcpProxy: NetworkFilterFactory<TcpProxyConfig> = {
  name: 'envoy.filters.network.tcp_proxy',
  typeUrl: 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  isTerminal: true,
  parse: parseTcpProxy,
  build(config, scope) {
    const proxy = new TcpProxy(config, scope);
    return Object.assign((connection: ConnectionControl) => new TcpSession(proxy, connection), {
      explain: (_probe: Probe, info: ConnectionInfo) => proxy.explain(recordOfConnection(info, scope)),
    });
  },
};
