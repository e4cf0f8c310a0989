import type { StatScope } from '../../api/stats.js';
import type { NodeIdentity } from '../../api/thread-scope.js';
import type { Cancellable } from '../../api/upstream.js';
import type { Clock } from '../../base/clock.js';
import type { AsyncCallbacks, AsyncRequest } from '../async-client.js';
import type { DnsCaches } from '../dns-cache/dns-caches.js';
import type { AssignmentReader } from './assignments.js';
import type { DnsScope } from './dns-refresh.js';
import type { FileWatches } from './file-watches.js';

/** What discovery needs of main. */
export interface EdsScope extends DnsScope {
  readonly readAssignments: AssignmentReader;
  readonly fileWatches: FileWatches;
  /** Names that requests bring along. */
  readonly nameCaches: DnsCaches;
  readonly clock: Clock;
  readonly stats: StatScope;
  readonly node: NodeIdentity;
  /** Sends a request to a cluster; null when the callbacks have been told already. */
  send(cluster: string, request: AsyncRequest, callbacks: AsyncCallbacks): Cancellable | null;
  /** Sets a text readout. */
  readout(name: string, text: string): void;
}
