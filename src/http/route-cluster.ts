import type { RouteMatch } from '../api/route.js';
import type { StreamInfo } from '../api/stream-info.js';
import type { ClusterManager } from '../api/upstream.js';
import type { RequestHeaders } from '../base/header-map.js';

/**
 * A request that the proxy answers before its router sees it is logged with the cluster that it would have gone to.
 * The router notes the cluster itself, so that requests that get there pay nothing for this.
 */
export function noteRouteCluster(
  info: StreamInfo,
  route: RouteMatch | null,
  headers: RequestHeaders | null,
  clusters: ClusterManager,
): void {
  if (info.upstreamClusterName !== '' || headers === null || route?.action.kind !== 'route') return;
  const { clusterName } = route.action.chooseCluster({ headers, info, random: info.randomValue });
  const cluster = clusterName === '' ? null : clusters.get(clusterName);
  if (cluster === null) return;
  info.upstreamClusterName = clusterName;
  info.upstreamClusterStatName = cluster.info.statName;
  info.clusterMetadata = cluster.info.metadata;
}
