/** How many are remembered. */
const limit = 256;

/** Streams that this side has reset lately: what the peer sent before it knew is ignored (RFC 9113 section 5.1). */
export class ResetStreams {
  private readonly ids: Set<number>;

  constructor() {
    this.ids = new Set();
  }

  add(streamId: number): void {
    if (this.ids.size >= limit) {
      const oldest = this.ids.values().next();
      if (oldest.done !== true) this.ids.delete(oldest.value);
    }
    this.ids.add(streamId);
  }

  has(streamId: number): boolean {
    return this.ids.has(streamId);
  }
}
