import type { Chunk } from '../../api/codec.js';
import type { BufferPool } from '../../base/buffer-pool.js';
import { ChunkQueue } from '../../base/chunk-queue.js';
import type { HeaderMap } from '../../base/header-map.js';
import type { Attempt } from './attempt.js';

/** What has come of a request behind its head, kept so that another attempt can send it again. */
export class KeptRequest {
  private readonly body: ChunkQueue;
  private trailers: HeaderMap | null;

  constructor(buffers: BufferPool) {
    this.body = new ChunkQueue(buffers);
    this.trailers = null;
  }

  /** Answers false, and keeps nothing, when that would be more than `limitBytes` (0 = no limit). */
  keep(chunk: Chunk, limitBytes: number): boolean {
    if (limitBytes > 0 && this.body.byteLength + chunk.end - chunk.start > limitBytes) return false;
    this.body.push(chunk.buffer, chunk.start, chunk.end);
    return true;
  }

  keepTrailers(trailers: HeaderMap): void {
    this.trailers = trailers;
  }

  /** Sends it again; `isComplete` when nothing more will come from the client. */
  replay(attempt: Attempt, isComplete: boolean): void {
    this.body.visit((buffer, start, end) => attempt.sendData({ buffer, start, end }, false));
    if (this.trailers !== null) attempt.sendTrailers(this.trailers);
    else if (isComplete) attempt.sendData(emptyChunk, true);
  }

  /** A copy of the body; null when there is none. */
  copyBody(): Buffer | null {
    return this.body.byteLength === 0 ? null : this.body.concat();
  }

  clear(): void {
    this.body.clear();
    this.trailers = null;
  }
}

const noBytes = Buffer.alloc(0);
const emptyChunk: Chunk = { buffer: noBytes, start: 0, end: 0 };
