import type { CircuitBreaker, Host } from '../../api/upstream.js';
import type { DialTransport } from './dial.js';
import type { PoolCluster } from './pool-cluster.js';
import type { PoolResources } from './pool-resources.js';

/** What a pool's connections are made for and with. */
export interface PooledHost extends DialTransport {
  readonly cluster: PoolCluster;
  readonly host: Host;
  readonly breaker: CircuitBreaker;
  readonly resources: PoolResources;
}
