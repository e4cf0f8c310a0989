import type { BufferPool } from './buffer-pool.js';

/** Bytes kept past the callback that brought them, in order, copied into pooled buffers. */
export class ChunkQueue {
  private readonly pool: BufferPool;
  private readonly buffers: Buffer[];
  private readonly lengths: number[];
  byteLength: number;

  constructor(pool: BufferPool) {
    this.pool = pool;
    this.buffers = [];
    this.lengths = [];
    this.byteLength = 0;
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length === 0) return;
    this.byteLength += length;
    const last = this.buffers.length - 1;
    const tail = this.buffers[last];
    const used = this.lengths[last] ?? 0;
    if (tail !== undefined && used + length <= tail.length) {
      tail.set(bytes.subarray(start, end), used);
      this.lengths[last] = used + length;
      return;
    }
    const copy = this.pool.borrow(length);
    copy.set(bytes.subarray(start, end), 0);
    this.buffers.push(copy);
    this.lengths.push(length);
  }

  /** All bytes as one buffer of their own. */
  concat(): Buffer {
    const whole = Buffer.allocUnsafe(this.byteLength);
    let at = 0;
    for (let i = 0; i < this.buffers.length; i++) {
      at += (this.buffers[i] as Buffer).copy(whole, at, 0, this.lengths[i] as number);
    }
    return whole;
  }

  /** Gives each run to `take` and empties the queue; a run is valid during its call. */
  drain(take: (buffer: Buffer, start: number, end: number) => void): void {
    const buffers = this.buffers.splice(0);
    const lengths = this.lengths.splice(0);
    this.byteLength = 0;
    for (let i = 0; i < buffers.length; i++) {
      const buffer = buffers[i] as Buffer;
      take(buffer, 0, lengths[i] as number);
      this.pool.giveBack(buffer);
    }
  }

  /** Gives each run to `look`, in order, and keeps them. */
  visit(look: (buffer: Buffer, start: number, end: number) => void): void {
    for (let i = 0; i < this.buffers.length; i++)
      look(this.buffers[i] as Buffer, 0, this.lengths[i] as number);
  }

  clear(): void {
    for (const buffer of this.buffers) this.pool.giveBack(buffer);
    this.buffers.length = 0;
    this.lengths.length = 0;
    this.byteLength = 0;
  }
}
