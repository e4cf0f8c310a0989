import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';

/** As much of WebSocket's frames (RFC 6455 section 5) as short messages need. */

const closeOpcode = 8;

export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** A short text from a client, masked. */
export function maskedText(text: string): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const payload = Buffer.from(text).map((byte, i) => byte ^ (mask[i % 4] as number));
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, payload]);
}

/** A short text from a server. */
export function plainText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
}

/** Sends every short frame of a client back, and ends with its close. */
export function echoFrames(stream: Duplex): void {
  let kept = Buffer.alloc(0);
  stream.on('error', () => stream.destroy());
  stream.on('end', () => stream.end());
  stream.on('data', (bytes: Buffer) => {
    kept = Buffer.concat([kept, bytes]);
    for (;;) {
      const length = (kept[1] ?? 0) & 0x7f;
      const end = 6 + length;
      if (kept.length < end) return;
      const mask = kept.subarray(2, 6);
      const payload = kept.subarray(6, end).map((byte, i) => byte ^ (mask[i % 4] as number));
      stream.write(Buffer.concat([Buffer.from([kept[0] as number, length]), payload]));
      if (((kept[0] as number) & 15) === closeOpcode) stream.end();
      kept = kept.subarray(end);
    }
  });
}
