import type { BoundStats } from '../../api/stats.js';
import type { ClusterInfo } from '../../api/upstream.js';
import type { ClusterTransports } from '../cluster-transports.js';
import type { ClusterConfig } from '../config.js';
import type { IdleCloses } from './idle-closes.js';
import type { AskingPool, PreparedPool } from './preconnect.js';

/** A cluster as its pools and connections see it: what they are to keep to, and where they count. */
export interface PoolCluster {
  readonly config: ClusterConfig;
  readonly info: ClusterInfo;
  readonly stats: BoundStats;
  /** `cluster.<name>.http2`. */
  readonly http2Stats: BoundStats;
  /** Lists `cluster.<name>.http1`. */
  listHttp1Stats(): void;
  readonly transports: ClusterTransports;
  readonly idleCloses: IdleCloses;
  /** The pool, like this one, of the host that the next request will have; null when nobody can tell. */
  poolAhead(like: AskingPool): PreparedPool | null;
}
