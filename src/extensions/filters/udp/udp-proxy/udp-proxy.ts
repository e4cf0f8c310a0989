import type { UdpListenerFilterFactory } from '../../../../api/udp-filter.js';
import { parseUdpProxy, type UdpProxyConfig } from './config.js';
import { SessionTable } from './session-table.js';
import { UdpProxy } from './udp-proxy-core.js';

/** Relays the datagrams of each client to a host of a cluster, and those of the host back. */
export const udpProxy: UdpListenerFilterFactory<UdpProxyConfig> = {
  name: 'envoy.filters.udp_listener.udp_proxy',
  typeUrl: 'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig',
  parse: parseUdpProxy,
  build(config, scope, context) {
    const proxy = new UdpProxy(config, scope);
    return { open: (fd, local) => new SessionTable(proxy, context, fd, local) };
  },
};
