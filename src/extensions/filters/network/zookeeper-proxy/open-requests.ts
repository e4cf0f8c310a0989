import { IdTable } from '../../../../base/id-table.js';
import { RingQueue } from '../../../../base/ring-queue.js';

/** A request that waits for its answer. */
export interface OpenRequest {
  /** Its number, the client's own. */
  readonly id: number;
  readonly opCode: number;
  readonly startedMs: number;
}

/** Clients that send more without waiting are not followed beyond that. */
const openLimit = 10_000;

/**
 * Requests of one connection by their number. Those of control requests are always the same: they are answered in order.
 * Of data requests a number used twice means the later one.
 */
export class OpenRequests {
  private readonly data: IdTable<OpenRequest>;
  /** One for each number of control requests that was seen; they stay. */
  private readonly control: Map<number, RingQueue<OpenRequest>>;

  constructor() {
    this.data = new IdTable();
    this.control = new Map();
  }

  addControl(request: OpenRequest): void {
    let waiting = this.control.get(request.id);
    if (waiting === undefined) {
      waiting = new RingQueue();
      this.control.set(request.id, waiting);
    }
    if (waiting.size < openLimit) waiting.push(request);
  }

  add(request: OpenRequest): void {
    this.data.delete(request.id);
    if (this.data.size < openLimit) this.data.add(request);
  }

  takeControl(xid: number): OpenRequest | undefined {
    return this.control.get(xid)?.shift();
  }

  take(xid: number): OpenRequest | undefined {
    const found = this.data.get(xid);
    if (found !== undefined) this.data.delete(xid);
    return found;
  }
}
