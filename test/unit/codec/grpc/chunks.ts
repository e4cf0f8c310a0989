import type { Chunk } from '../../../../src/api/codec.js';

/** The bytes in chunks of that many, within a buffer that holds other things too. */
export function* inChunks(bytes: Buffer, size: number): Generator<Chunk> {
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    yield { buffer: Buffer.concat([Buffer.of(1, 2), part, Buffer.of(3)]), start: 2, end: 2 + part.length };
  }
}
