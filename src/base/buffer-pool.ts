/**
 * Sizes that the pool keeps, smallest first; larger requests are allocated and dropped. A full read buffer is the
 * last but one, with a head in front of it the last.
 */
const sizes = [4096, 16_384, 65_536, 139_264, 262_144, 524_288, 540_672];

/**
 * A worker's own buffers for bytes that must outlive a read callback. Buffers live outside V8's heap, so the pool
 * counts what it has lent and what it keeps, and keeps no more than `keepBytes`. What nobody needed since the last
 * `trim` goes back to the system.
 */
export class BufferPool {
  private readonly free: Buffer[][];
  /** Fewest buffers of each size that lay ready since the last trim: nobody would have missed them. */
  private readonly spare: number[];
  private readonly keepBytes: number;
  /** Bytes lent and not yet given back. */
  lentBytes: number;
  /** Bytes held ready for the next borrower. */
  keptBytes: number;

  constructor(keepBytes = 64 * 1024 * 1024) {
    this.free = sizes.map(() => []);
    this.spare = sizes.map(() => 0);
    this.keepBytes = keepBytes;
    this.lentBytes = 0;
    this.keptBytes = 0;
  }

  /** A buffer of at least `length` bytes with any content. */
  borrow(length: number): Buffer {
    for (let i = 0; i < sizes.length; i++) {
      const size = sizes[i] as number;
      if (length > size) continue;
      const free = this.free[i] as Buffer[];
      const kept = free.pop();
      this.lentBytes += size;
      if (kept === undefined) return Buffer.allocUnsafeSlow(size);
      this.keptBytes -= size;
      if (free.length < (this.spare[i] as number)) this.spare[i] = free.length;
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

  /** Lets go of the buffers that lay unused since the last call. */
  trim(): void {
    for (let i = 0; i < sizes.length; i++) {
      const free = this.free[i] as Buffer[];
      const unused = this.spare[i] as number;
      free.splice(0, unused);
      this.keptBytes -= unused * (sizes[i] as number);
      this.spare[i] = free.length;
    }
  }
}
