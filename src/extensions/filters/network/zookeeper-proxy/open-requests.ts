import { IdTable } from '../../../../base/id-table.js';
import { mixedBits } from '../../../../base/mixed-bits.js';
import { RingQueue } from '../../../../base/ring-queue.js';

/** A request that waits for its answer. */
export interface OpenRequest {
  readonly opCode: number;
  readonly startedMs: number;
}

/** Numbers are the client's own: mixed, so that nobody chooses them such that all of them meet in the table. */
interface Numbered extends OpenRequest {
  readonly id: number;
}

/** Clients that send more without waiting are not followed beyond that. */
const openLimit = 10_000;

/**
 * Requests of one connection by their number. Those of control requests are always the same: they are answered in order.
 * Of data requests a number used twice means the later one.
 */
export class OpenRequests {
  private readonly data: IdTable<Numbered>;
  private readonly seed: number;
  /** One for each number of control requests that was seen; they stay. */
  private readonly control: Map<number, RingQueue<OpenRequest>>;

  constructor(seed: number) {
    this.data = new IdTable();
    this.seed = seed;
    this.control = new Map();
  }

  addControl(xid: number, request: OpenRequest): void {
    let waiting = this.control.get(xid);
    if (waiting === undefined) {
      waiting = new RingQueue();
      this.control.set(xid, waiting);
    }
    if (waiting.size < openLimit) waiting.push(request);
  }

  add(xid: number, { opCode, startedMs }: OpenRequest): void {
    const id = mixedBits(xid, this.seed);
    this.data.delete(id);
    if (this.data.size < openLimit) this.data.add({ id, opCode, startedMs });
  }

  takeControl(xid: number): OpenRequest | undefined {
    return this.control.get(xid)?.shift();
  }

  take(xid: number): OpenRequest | undefined {
    const id = mixedBits(xid, this.seed);
    const found = this.data.get(id);
    if (found !== undefined) this.data.delete(id);
    return found;
  }
}
