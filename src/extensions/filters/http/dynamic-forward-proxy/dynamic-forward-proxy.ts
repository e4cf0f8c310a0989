import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import type { NameCache, NameFound } from '../../../../api/name-caches.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { Cancellable } from '../../../../api/upstream.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import {
  chosenTarget,
  type HostAndPort,
  hostInState,
  nameKey,
  portInState,
  splitHost,
} from '../../../../upstream/dns-cache/name-key.js';
import {
  type ForwardProxyConfig,
  type ForwardProxyRouteConfig,
  parseForwardProxy,
  parseForwardProxyRoute,
} from './config.js';

/** Holds requests to a dynamic forward proxy cluster until the name that they ask for is a host of it. */
export const forwardProxyFilter: HttpFilterFactory<ForwardProxyConfig, ForwardProxyRouteConfig> = {
  name: 'envoy.filters.http.dynamic_forward_proxy',
  typeUrl: 'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig',
  routeTypeUrl: 'envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig',
  parse: parseForwardProxy,
  parseRoute: parseForwardProxyRoute,
  build({ cache, takesHostFromState }, { clusters }) {
    const names = cache === null ? undefined : clusters.names?.cache(cache);
    if (names === undefined) return () => ({});
    return (stream) => new ForwardProxyFilter(stream, names, takesHostFromState);
  },
};

class ForwardProxyFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly names: NameCache;
  private readonly takesHostFromState: boolean;
  private readonly onLate: (found: NameFound) => void;
  /** Null: the same as the filter's own. */
  private chosen: HostAndPort | null;
  private isChoosing: boolean;
  private waiting: Cancellable | null;

  constructor(stream: StreamControl, names: NameCache, takesHostFromState: boolean) {
    this.stream = stream;
    this.names = names;
    this.takesHostFromState = takesHostFromState;
    this.onLate = (found) => stream.guard(() => this.onFound(found));
    this.chosen = null;
    this.isChoosing = false;
    this.waiting = null;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const defaultPort = this.portOfCluster(headers);
    if (defaultPort === 0) return HeadersStatus.Continue;
    this.rewriteHost(headers);
    if (headers.authority === '') return this.refuse(400, 'Empty host header', 'empty_host_header');
    const own = this.ownTarget(headers, defaultPort);
    const chosen = chosenTarget(headers.authority, this.stream.info, defaultPort);
    this.chosen = nameKey(own) === nameKey(chosen) ? null : chosen;
    const found = this.names.find(own.name, own.port, this.onLate);
    if (found === null) {
      const details = 'dynamic_forward_proxy_pending_request_overflow';
      return this.refuse(503, 'Dynamic forward proxy pending request overflow', details);
    }
    if ('outcome' in found) return this.judge(found);
    this.waiting = found;
    return HeadersStatus.StopAllWatermark;
  }

  onDestroy(): void {
    this.waiting?.cancel();
    this.waiting = null;
  }

  /** The port that goes without saying; 0 where the request goes to a cluster of another type, or to none. */
  private portOfCluster(headers: RequestHeaders): number {
    const { info, scope } = this.stream;
    const action = this.stream.route()?.action;
    if (action?.kind !== 'route') return 0;
    const { clusterName } = action.chooseCluster({ headers, info, random: info.randomValue });
    return (clusterName === '' ? null : scope.clusters.get(clusterName))?.info.forwardProxyPort ?? 0;
  }

  private rewriteHost(headers: RequestHeaders): void {
    const route = this.stream.routeConfig() as ForwardProxyRouteConfig | null;
    if (route === null) return;
    if (route.literal !== '') headers.authority = route.literal;
    if (route.header === '') return;
    const [first] = headers.getAll(route.header);
    if (first !== undefined) headers.authority = first;
  }

  /** What this filter looks for, which may be another name than what the cluster will choose by. */
  private ownTarget({ authority }: RequestHeaders, defaultPort: number): HostAndPort {
    if (!this.takesHostFromState) return splitHost(authority, defaultPort);
    const { filterState } = this.stream.info;
    const port = portInState(filterState);
    const host = hostInState(filterState);
    if (host !== '') return splitHost(host, port || defaultPort);
    const asked = splitHost(authority, defaultPort);
    return port === 0 ? asked : { name: asked.name, port };
  }

  private onFound(found: NameFound): void {
    if (this.waiting === null) return;
    this.waiting = null;
    if (this.judge(found) === HeadersStatus.Continue) this.stream.request.resume();
  }

  private judge({ outcome, details }: NameFound): HeadersStatus {
    if (this.isChoosing) return HeadersStatus.Continue;
    switch (outcome) {
      case 'resolved':
        return this.chosen === null ? HeadersStatus.Continue : this.choose(this.chosen);
      case 'overflow':
        return this.refuse(503, 'DNS cache overflow', 'dns_cache_overflow');
      case 'failed':
        return this.refuse(503, 'DNS resolution failure', details, ResponseFlag.dnsResolutionFailed);
    }
  }

  /** The name that the cluster chooses by has to be there too; when it is not, the cluster has no host. */
  private choose({ name, port }: HostAndPort): HeadersStatus {
    this.isChoosing = true;
    const found = this.names.find(name, port, this.onLate);
    if (found === null || 'outcome' in found) return HeadersStatus.Continue;
    this.waiting = found;
    return HeadersStatus.StopAllWatermark;
  }

  private refuse(status: number, text: string, details: string, flags = 0): HeadersStatus {
    this.stream.localReply(status, text, { details, flags });
    return HeadersStatus.Stop;
  }
}
