import type { Chunk } from '../../api/codec.js';
import { prefixLength } from './message-prefix.js';

/** Counts the length-prefixed messages of a body as it passes; a message counts from its first byte on. */
export class MessageCounter {
  count: number;
  private readonly uncounted: number;
  /** Bytes of the current prefix that have been seen. */
  private prefixSeen: number;
  private length: number;
  /** Bytes of the current message that are still to come. */
  private remaining: number;

  /** Messages with one of the flags `uncounted` do not count. */
  constructor(uncounted = 0) {
    this.count = 0;
    this.uncounted = uncounted;
    this.prefixSeen = 0;
    this.length = 0;
    this.remaining = 0;
  }

  /** Answers how many messages began in the chunk. */
  scan({ buffer, start, end }: Chunk): number {
    const before = this.count;
    let at = start;
    while (at < end) {
      if (this.remaining > 0) {
        const step = Math.min(this.remaining, end - at);
        this.remaining -= step;
        at += step;
        continue;
      }
      if (this.prefixSeen === 0) {
        if (((buffer[at] as number) & this.uncounted) === 0) this.count++;
        this.length = 0;
      } else {
        this.length = this.length * 256 + (buffer[at] as number);
      }
      at++;
      if (++this.prefixSeen === prefixLength) {
        this.prefixSeen = 0;
        this.remaining = this.length;
      }
    }
    return this.count - before;
  }
}
