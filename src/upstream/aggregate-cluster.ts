import type { ProxiedClient } from '../api/proxied-client.js';
import type {
  Balancer,
  Cancellable,
  Host,
  HttpPool,
  RoutingPriority,
  TcpConnectionCallbacks,
} from '../api/upstream.js';
import type { UpstreamSource } from '../api/upstream-source.js';
import type { RequestHeaders } from '../base/header-map.js';
import { AggregateChooser } from './aggregate-chooser.js';
import { LiveCluster } from './live-cluster.js';

/**
 * A cluster without hosts of its own that sends to those of others. Requests and retries count here, connections with
 * the cluster that has the host, whose breakers and settings hold for them.
 */
export class AggregateCluster extends LiveCluster {
  private levels: AggregateChooser | null = null;

  override providedBalancer(): Balancer {
    return () => this.chosen();
  }

  override httpPool(
    host: Host,
    priority: RoutingPriority,
    headers?: RequestHeaders | null,
    isHttp2Downstream?: boolean,
    client?: ProxiedClient,
    source?: UpstreamSource | null,
  ): HttpPool | null {
    const owner = this.ownerOf(host);
    if (owner === null) return super.httpPool(host, priority, headers, isHttp2Downstream, client, source);
    const isApart = this.config.hasPoolPerClient || owner.transports.announceClients;
    return owner.httpPool(host, priority, headers, isHttp2Downstream, isApart ? client : undefined, source);
  }

  override connectTcp(
    host: Host,
    priority: RoutingPriority,
    callbacks: TcpConnectionCallbacks,
    client?: ProxiedClient,
    source?: UpstreamSource | null,
  ): Cancellable | null {
    const owner = this.ownerOf(host);
    return owner === null
      ? super.connectTcp(host, priority, callbacks, client, source)
      : owner.connectTcp(host, priority, callbacks, client, source);
  }

  private ownerOf(host: Host): LiveCluster | null {
    const owner = this.chosen().ownerOf(host);
    return owner instanceof LiveCluster ? owner : null;
  }

  private chosen(): AggregateChooser {
    this.levels ??= new AggregateChooser(this.config.aggregated, this, (name) => {
      const part = this.scope.clusters.get(name);
      return part instanceof LiveCluster ? part : null;
    });
    return this.levels;
  }
}
