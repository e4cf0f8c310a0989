import type { ConfigNode } from '../../../api/config-node.js';
import type { Extension } from '../../../api/extension.js';
import type { RedisClusterConfig } from '../../../upstream/redis-cluster-config.js';

type RedisDiscoveryConfig = { readonly type: 'REDIS'; readonly redisCluster: RedisClusterConfig };

/** A Redis Cluster: its endpoints are asked for the hosts, and for the slots of each. */
export const redisCluster: Extension<RedisDiscoveryConfig> = {
  name: 'envoy.clusters.redis',
  typeUrl: 'envoy.extensions.clusters.redis.v3.RedisClusterConfig',
  parse(node: ConfigNode): RedisDiscoveryConfig {
    return {
      type: 'REDIS',
      redisCluster: {
        refreshMs: node.duration('cluster_refresh_rate', 5000),
        timeoutMs: node.duration('cluster_refresh_timeout', 3000),
        leastIntervalMs: node.duration('redirect_refresh_interval', 5000),
        redirections: node.number('redirect_refresh_threshold', 5),
        failures: node.number('failure_refresh_threshold', 0),
        degradedHosts: node.number('host_degraded_refresh_threshold', 0),
        findsZones: node.bool('enable_zone_discovery'),
      },
    };
  },
};
