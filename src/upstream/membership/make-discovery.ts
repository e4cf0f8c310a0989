import type { RedisClusterConfig } from '../redis-cluster-config.js';
import type { Discovery, DiscoveryOwner } from './discovery.js';
import type { ForwardProxyClusterConfig } from './discovery-config.js';
import type { EdsScope } from './eds-scope.js';
import { FileEdsDiscovery } from './file-eds-discovery.js';
import { ForwardProxyDiscovery } from './forward-proxy-discovery.js';
import { LogicalDnsDiscovery } from './logical-dns-discovery.js';
import { OriginalDstDiscovery } from './original-dst-discovery.js';
import { RedisDiscovery } from './redis-discovery.js';
import { RestEdsDiscovery } from './rest-eds-discovery.js';
import { StaticDiscovery } from './static-discovery.js';
import { StrictDnsDiscovery } from './strict-dns-discovery.js';

/** The discovery of a cluster of that type. */
export function makeDiscovery(owner: DiscoveryOwner, scope: EdsScope): Discovery {
  switch (owner.config.type) {
    case 'STATIC':
    case 'AGGREGATE':
      return new StaticDiscovery(owner);
    case 'STRICT_DNS':
      return new StrictDnsDiscovery(owner, scope);
    case 'LOGICAL_DNS':
      return new LogicalDnsDiscovery(owner, scope);
    case 'ORIGINAL_DST':
      return new OriginalDstDiscovery(owner, scope);
    case 'EDS': {
      const rest = owner.config.eds?.rest ?? null;
      return rest === null ? new FileEdsDiscovery(owner, scope) : new RestEdsDiscovery(owner, scope, rest);
    }
    case 'DYNAMIC_FORWARD_PROXY': {
      const { cache } = owner.config.forwardProxy as ForwardProxyClusterConfig;
      return new ForwardProxyDiscovery(owner, scope.nameCaches.of(cache));
    }
    case 'REDIS':
      return new RedisDiscovery(owner, scope, owner.config.redisCluster as RedisClusterConfig);
  }
}
