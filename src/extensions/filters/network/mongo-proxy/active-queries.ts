import type { BoundStats } from '../../../../api/stats.js';
import type { OperationStats } from './mongo-stats.js';
import { M } from './mongo-stats.js';

/** A request whose reply has not come. */
interface ActiveQuery {
  /** What the reply says it responds to. */
  requestId: number;
  readonly startedMs: number;
  readonly charged: readonly OperationStats[];
}

/** Clients that send more of them without waiting for an answer are not followed beyond that. */
const activeLimit = 10_000;

/** The requests of one connection that wait for their replies, oldest first. */
export class ActiveQueries {
  private readonly stats: BoundStats;
  private readonly list: ActiveQuery[];

  constructor(stats: BoundStats) {
    this.stats = stats;
    this.list = [];
  }

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  add(requestId: number, startedMs: number, charged: readonly OperationStats[]): void {
    if (this.list.length >= activeLimit) return;
    this.list.push({ requestId, startedMs, charged });
    this.stats.add(M.op_query_active, 1);
  }

  /** A reply came; `nextId` is what the next one to the same request will respond to, null when there is none. */
  finish(responseTo: number, documents: number, bytes: number, nowMs: number, nextId: number | null): void {
    const index = this.list.findIndex(({ requestId }) => requestId === responseTo);
    const found = this.list[index];
    if (found === undefined) return;
    const ms = Math.trunc(nowMs - found.startedMs);
    for (const stats of found.charged) stats.finish(documents, bytes, ms);
    if (nextId !== null) {
      found.requestId = nextId;
      return;
    }
    this.list.splice(index, 1);
    this.stats.add(M.op_query_active, -1);
  }

  clear(): void {
    this.stats.add(M.op_query_active, -this.list.length);
    this.list.length = 0;
  }
}
