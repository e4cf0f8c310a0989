/** Sizes that the pool keeps, smallest first; larger requests are allocated and dropped. */
const sizes = [4096, 16_384, 65_536, 262_144];

/**
 * A worker's own buffers for bytes that must outlive a read callback. Buffers live outside V8's heap, so the pool
 * counts what it has lent and what it keeps, and keeps no more than `keepBytes`.
 */
export class BufferPool {
  private readonly free: Buffer[][];
  private readonly keepBytes: number;
  /** Bytes lent and not yet given back. */
  lentBytes: number;
  /** Bytes held ready for the next borrower. */
  keptBytes: number;

  constructor(keepBytes = 8 * 1024 * 1024) {
    this.free = sizes.map(() => []);
    this.keepBytes = keepBytes;
    this.lentBytes = 0;
    this.keptBytes = 0;
  }

  /** A buffer of at least `length` bytes with any content. */
  borrow(length: number): Buffer {
    for (let i = 0; i < sizes.length; i++) {
      const size = sizes[i] as number;
      if (length > size) continue;
      const kept = (this.free[i] as Buffer[]).pop();
      this.lentBytes += size;
      if (kept === undefined) return Buffer.allocUnsafeSlow(size);
      this.keptBytes -= size;
      return kept;
    }
    this.lentBytes += length;
    return Buffer.allocUnsafeSlow(length);
  }

  /** Gives a borrowed buffer back; the caller keeps no reference. */
  giveBack(buffer: Buffer): void {
    const size = buffer.length;
    this.lentBytes -= size;
    const i = sizes.indexOf(size);
    if (i < 0 || this.keptBytes + size > this.keepBytes) return;
    this.keptBytes += size;
    (this.free[i] as Buffer[]).push(buffer);
  }
}
