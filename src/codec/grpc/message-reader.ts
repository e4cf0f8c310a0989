import type { Chunk } from '../../api/codec.js';
import { prefixLength } from './message-prefix.js';

/** Told of each complete message; the bytes are the callee's own. */
export type OnMessage = (message: Buffer, flags: number) => void;

/** Puts length-prefixed messages together from a body's chunks, each up to a limit. */
export class MessageReader {
  private readonly limitBytes: number;
  private readonly onMessage: OnMessage;
  private readonly prefix: Buffer;
  private prefixSeen: number;
  private message: Buffer | null;
  private filled: number;

  constructor(limitBytes: number, onMessage: OnMessage) {
    this.limitBytes = limitBytes;
    this.onMessage = onMessage;
    this.prefix = Buffer.alloc(prefixLength);
    this.prefixSeen = 0;
    this.message = null;
    this.filled = 0;
  }

  /** True between messages: a body may end here. */
  get isBetweenMessages(): boolean {
    return this.prefixSeen === 0;
  }

  /** Answers false when a message is longer than may be; the reader is of no use then. */
  push({ buffer, start, end }: Chunk): boolean {
    let at = start;
    while (at < end) {
      if (this.message === null) {
        this.prefix[this.prefixSeen++] = buffer[at++] as number;
        if (this.prefixSeen < prefixLength) continue;
        const length = this.prefix.readUInt32BE(1);
        if (length > this.limitBytes) return false;
        // Grown with what arrives: a prefix alone must not cost its length in memory.
        this.message = Buffer.allocUnsafe(Math.min(length, Math.max(end - at, firstBytes)));
        this.filled = 0;
        if (length === 0) this.deliver();
        continue;
      }
      at += this.take(this.message, buffer, at, end);
    }
    return true;
  }

  private take(message: Buffer, buffer: Buffer, at: number, end: number): number {
    const length = this.prefix.readUInt32BE(1);
    const step = Math.min(length - this.filled, end - at);
    let room = message;
    if (this.filled + step > message.length) {
      room = Buffer.allocUnsafe(Math.min(length, Math.max(message.length * 2, this.filled + step)));
      message.copy(room, 0, 0, this.filled);
      this.message = room;
    }
    buffer.copy(room, this.filled, at, at + step);
    this.filled += step;
    if (this.filled === length) this.deliver();
    return step;
  }

  private deliver(): void {
    const message = this.message as Buffer;
    this.message = null;
    this.prefixSeen = 0;
    this.onMessage(message, this.prefix[0] as number);
  }
}

const firstBytes = 4096;
