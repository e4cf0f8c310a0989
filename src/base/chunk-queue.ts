import type { BufferPool } from './buffer-pool.js';

/** Bytes kept past the callback that brought them, in order, copied into pooled buffers. */
export class ChunkQueue {
  private readonly pool: BufferPool;
  private readonly buffers: Buffer[];
  private readonly lengths: number[];
  /** Bytes of the first buffer that have been taken. */
  private taken: number;
  byteLength: number;

  constructor(pool: BufferPool) {
    this.pool = pool;
    this.buffers = [];
    this.lengths = [];
    this.taken = 0;
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
      at += (this.buffers[i] as Buffer).copy(whole, at, i === 0 ? this.taken : 0, this.lengths[i] as number);
    }
    return whole;
  }

  /** Gives each run to `take` and empties the queue; a run is valid during its call. */
  drain(take: (buffer: Buffer, start: number, end: number) => void): void {
    const buffers = this.buffers.splice(0);
    const lengths = this.lengths.splice(0);
    const { taken } = this;
    this.taken = 0;
    this.byteLength = 0;
    for (let i = 0; i < buffers.length; i++) {
      const buffer = buffers[i] as Buffer;
      take(buffer, i === 0 ? taken : 0, lengths[i] as number);
      this.pool.giveBack(buffer);
    }
  }

  /** Gives each run to `look`, in order, and keeps them. */
  visit(look: (buffer: Buffer, start: number, end: number) => void): void {
    for (let i = 0; i < this.buffers.length; i++)
      look(this.buffers[i] as Buffer, i === 0 ? this.taken : 0, this.lengths[i] as number);
  }

  clear(): void {
    for (const buffer of this.buffers) this.pool.giveBack(buffer);
    this.buffers.length = 0;
    this.lengths.length = 0;
    this.taken = 0;
    this.byteLength = 0;
  }

  /** The first run, [headStart, headStart + headLength) of `head`; only while there are bytes. */
  get head(): Buffer {
    return this.buffers[0] as Buffer;
  }

  get headStart(): number {
    return this.taken;
  }

  get headLength(): number {
    return (this.lengths[0] as number) - this.taken;
  }

  /** The first `bytes` of the first run are done with. */
  take(bytes: number): void {
    this.taken += bytes;
    this.byteLength -= bytes;
    if (this.taken < (this.lengths[0] as number)) return;
    this.taken = 0;
    this.lengths.shift();
    this.pool.giveBack(this.buffers.shift() as Buffer);
  }
}
