import type { Chunk } from '../../api/codec.js';
import { decodeBase64 } from '../../base/base64.js';
import type { HeaderMap } from '../../base/header-map.js';
import { framedMessage, MessageFlag, prefixLength } from './message-prefix.js';

/** Trailers as the last message of a gRPC-Web body (PROTOCOL-WEB: "trailers must be the last message"). */
export function trailersMessage(trailers: HeaderMap): Buffer {
  let block = '';
  for (let i = 0; i < trailers.size; i++) block += `${trailers.names[i]}:${trailers.values[i]}\r\n`;
  return framedMessage(Buffer.from(block, 'latin1'), MessageFlag.trailers);
}

/** Reads the base64 of a gRPC-Web text body as it arrives, in whole groups of four characters. */
export class WebTextDecoder {
  private rest: string;

  constructor() {
    this.rest = '';
  }

  get restLength(): number {
    return this.rest.length;
  }

  /** What the chunk completes; null when it is not base64. */
  decode({ buffer, start, end }: Chunk): Buffer | null {
    const text = this.rest + buffer.toString('latin1', start, end);
    const whole = text.length - (text.length % 4);
    this.rest = text.slice(whole);
    return decodeBase64(text.slice(0, whole));
  }
}

/** Writes each message of a gRPC body as base64 of its own, as gRPC-Web clients in text mode want it. */
export class WebTextEncoder {
  private readonly prefix: Buffer;
  private prefixSeen: number;
  private remaining: number;
  /** Up to two bytes that are no group of three yet. */
  private rest: Buffer;

  constructor() {
    this.prefix = Buffer.alloc(prefixLength);
    this.prefixSeen = 0;
    this.remaining = 0;
    this.rest = noBytes;
  }

  encode({ buffer, start, end }: Chunk): string {
    let out = '';
    let at = start;
    while (at < end) {
      const from = at;
      while (at < end && this.prefixSeen < prefixLength) {
        this.prefix[this.prefixSeen++] = buffer[at++] as number;
        if (this.prefixSeen === prefixLength) this.remaining = this.prefix.readUInt32BE(1);
      }
      if (this.prefixSeen === prefixLength) {
        const step = Math.min(this.remaining, end - at);
        this.remaining -= step;
        at += step;
      }
      const isComplete = this.prefixSeen === prefixLength && this.remaining === 0;
      out += this.groups(buffer.subarray(from, at), isComplete);
      if (isComplete) this.prefixSeen = 0;
    }
    return out;
  }

  private groups(bytes: Buffer, isLast: boolean): string {
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const whole = isLast ? all.length : all.length - (all.length % 3);
    this.rest = whole === all.length ? noBytes : Buffer.from(all.subarray(whole));
    return all.toString('base64', 0, whole);
  }
}

const noBytes = Buffer.alloc(0);
