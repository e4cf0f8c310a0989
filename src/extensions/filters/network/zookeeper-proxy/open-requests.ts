/** A request that waits for its answer. */
export interface OpenRequest {
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
  private readonly byXid: Map<number, OpenRequest>;
  private readonly control: Map<number, OpenRequest[]>;

  constructor() {
    this.byXid = new Map();
    this.control = new Map();
  }

  addControl(xid: number, request: OpenRequest): void {
    const waiting = this.control.get(xid);
    if (waiting === undefined) this.control.set(xid, [request]);
    else if (waiting.length < openLimit) waiting.push(request);
  }

  add(xid: number, request: OpenRequest): void {
    if (this.byXid.size < openLimit || this.byXid.has(xid)) this.byXid.set(xid, request);
  }

  takeControl(xid: number): OpenRequest | undefined {
    return this.control.get(xid)?.shift();
  }

  take(xid: number): OpenRequest | undefined {
    const found = this.byXid.get(xid);
    this.byXid.delete(xid);
    return found;
  }
}
