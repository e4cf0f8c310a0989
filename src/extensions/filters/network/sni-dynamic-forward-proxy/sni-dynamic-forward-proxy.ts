import type { NameCache, NameFound } from '../../../../api/name-caches.js';
import {
  type ConnectionControl,
  type NetworkFilter,
  type NetworkFilterFactory,
  NetworkStatus,
} from '../../../../api/network-filter.js';
import type { Cancellable } from '../../../../api/upstream.js';
import {
  dynamicPortKey,
  hostInState,
  portInState,
  splitHost,
} from '../../../../upstream/dns-cache/name-key.js';
import { parseSniForwardProxy, type SniForwardProxyConfig } from './config.js';

/** Holds a connection until the server that its client asks for is a host of the forward proxy cluster. */
export const sniForwardProxy: NetworkFilterFactory<SniForwardProxyConfig> = {
  name: 'envoy.filters.network.sni_dynamic_forward_proxy',
  typeUrl: 'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig',
  isTerminal: false,
  parse: parseSniForwardProxy,
  build({ cache, port }, { clusters }) {
    const names = cache === null ? undefined : clusters.names?.cache(cache);
    if (names === undefined) return () => ({});
    return (connection) => new SniForwardProxyFilter(connection, names, port);
  },
};

class SniForwardProxyFilter implements NetworkFilter {
  private readonly control: ConnectionControl;
  private readonly names: NameCache;
  private readonly port: number;
  private waiting: Cancellable | null;

  constructor(control: ConnectionControl, names: NameCache, port: number) {
    this.control = control;
    this.names = names;
    this.port = port;
    this.waiting = null;
  }

  onNewConnection(): NetworkStatus {
    const { info } = this.control;
    const host = hostInState(info.filterState) || info.requestedServerName;
    if (host === '') return NetworkStatus.Continue;
    const wanted = portInState(info.filterState) || this.port;
    info.filterState ??= new Map();
    info.filterState.set(dynamicPortKey, String(wanted));
    const { name, port } = splitHost(host, wanted);
    const found = this.names.find(name, port, (late) => this.control.guard(() => this.onFound(late)));
    if (found === null || ('outcome' in found && found.outcome === 'overflow')) {
      this.control.close('no-flush', '');
      return NetworkStatus.Stop;
    }
    // A name without an address is for tcp_proxy to find out: the cluster has no host then.
    if ('outcome' in found) return NetworkStatus.Continue;
    this.waiting = found;
    this.control.pauseReading();
    return NetworkStatus.Stop;
  }

  onClose(): void {
    this.waiting?.cancel();
    this.waiting = null;
  }

  private onFound({ outcome }: NameFound): void {
    if (this.waiting === null) return;
    this.waiting = null;
    if (outcome === 'overflow') {
      this.control.close('no-flush', '');
      return;
    }
    this.control.resumeReading();
    this.control.continueReading();
  }
}
