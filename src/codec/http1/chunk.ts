import type { Chunk } from '../../api/codec.js';

const noBytes = Buffer.alloc(0);

export const emptyChunk: Chunk = { buffer: noBytes, start: 0, end: 0 };

/** One chunk object per codec, pointed at each run of bytes in turn: a chunk is valid during one call anyway. */
export class SharedChunk implements Chunk {
  buffer: Buffer;
  start: number;
  end: number;

  constructor() {
    this.buffer = noBytes;
    this.start = 0;
    this.end = 0;
  }

  at(buffer: Buffer, start: number, end: number): Chunk {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    return this;
  }
}
