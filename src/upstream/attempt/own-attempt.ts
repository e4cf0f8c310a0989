import type { ThreadScope } from '../../api/thread-scope.js';
import type { Cluster, Host } from '../../api/upstream.js';
import { ownConnection } from '../../stream/own-connection.js';
import { StreamRecord } from '../../stream/stream-record.js';
import { Attempt, type AttemptOwner } from './attempt.js';
import type { FilteredRequest } from './attempt-filters.js';
import type { AttemptLog } from './attempt-log.js';
import { FilteredAttempt, filtersFor } from './filtered-attempt.js';

/** Told when a filter answers: the attempt is to be given up. */
export type OnReply = (status: number, body: string) => void;

/** A request of the proxy's own as the filters of its attempts see it: no route, and nobody at the other end. */
class OwnRequest implements FilteredRequest {
  readonly info: StreamRecord;
  private readonly scope: ThreadScope;
  private readonly onReply: OnReply;

  constructor(scope: ThreadScope, host: Host, onReply: OnReply) {
    const { clock, random } = scope;
    this.info = new StreamRecord(ownConnection, 0, clock.now(), clock.wallMs(), random.u32());
    this.info.attemptCount = 1;
    this.info.upstreamHost = host;
    this.scope = scope;
    this.onReply = onReply;
  }

  route(): null {
    return null;
  }

  refreshRoute(): void {
    // There is none.
  }

  localReply(status: number, body: string): void {
    this.onReply(status, body);
  }

  reset(): void {
    this.onReply(503, '');
  }

  guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.noteFailure(error);
    this.onReply(500, 'filter error');
  }

  noteFailure(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.scope.log.error(`filter error: ${text}`);
  }
}

/** An attempt for a request of the proxy's own. The filters of routers have no part in it, those of its cluster have. */
export function ownAttempt(
  owner: AttemptOwner,
  cluster: Cluster,
  host: Host,
  log: AttemptLog | null,
  onReply: OnReply,
): Attempt {
  const filters = filtersFor(cluster.info, null);
  if (filters === null) return new Attempt(owner, host, log);
  return new FilteredAttempt(owner, host, log, filters, new OwnRequest(filters.scope, host, onReply));
}
