import type { PooledOutput } from '../../../api/codec.js';
import type { BufferPool } from '../../../base/buffer-pool.js';
import { FrameFlag, FrameType, frameHeadBytes } from './frame-codes.js';

const slabBytes = 16_384;
/** Bodies up to this length ride in the slab with the frames around them. */
const smallBytes = 2048;

/**
 * Gathers frames in a slab of the thread's pool until the owner flushes, once a turn however many streams wrote.
 * Larger bodies go out in a buffer of their own, frame heads between the data, copied once.
 */
export class FrameWriter {
  private readonly output: PooledOutput;
  private readonly pool: BufferPool;
  private readonly onPending: () => void;
  private slab: Buffer | null;
  private length: number;
  private isAnnounced: boolean;
  /** Frames made since the owner looked last. */
  frames: number;
  controlFrames: number;

  constructor(output: PooledOutput, pool: BufferPool, onPending: () => void) {
    this.output = output;
    this.pool = pool;
    this.onPending = onPending;
    this.slab = null;
    this.length = 0;
    this.isAnnounced = false;
    this.frames = 0;
    this.controlFrames = 0;
  }

  /** Room for `bytes` more; answers the slab, to be written at `position`, and then `advance`d. */
  reserve(bytes: number): Buffer {
    const { slab } = this;
    if (slab !== null && this.length + bytes <= slab.length) return slab;
    this.send();
    const next = this.pool.borrow(Math.max(bytes, slabBytes));
    this.slab = next;
    if (!this.isAnnounced) {
      this.isAnnounced = true;
      this.onPending();
    }
    return next;
  }

  get position(): number {
    return this.length;
  }

  advance(end: number): void {
    this.length = end;
  }

  /** Hands over what was gathered. */
  flush(): void {
    this.isAnnounced = false;
    this.send();
  }

  /** Lets go of what was not sent; the connection is gone. */
  discard(): void {
    if (this.slab !== null) this.pool.giveBack(this.slab);
    this.slab = null;
    this.length = 0;
  }

  text(text: string): void {
    const slab = this.reserve(text.length);
    this.length += slab.latin1Write(text, this.length);
  }

  /** A whole frame with a payload of 32-bit numbers. */
  numbers(type: number, flags: number, streamId: number, first: number, second?: number): void {
    const size = second === undefined ? 4 : 8;
    const slab = this.reserve(frameHeadBytes + size);
    let at = writeFrameHead(slab, this.length, size, type, flags, streamId);
    at = writeUint32(slab, at, first);
    if (second !== undefined) at = writeUint32(slab, at, second);
    this.length = at;
    this.frames++;
  }

  settings(entries: readonly (readonly [id: number, value: number])[]): void {
    const slab = this.reserve(frameHeadBytes + entries.length * 6);
    let at = writeFrameHead(slab, this.length, entries.length * 6, FrameType.settings, 0, 0);
    for (const [id, value] of entries) {
      slab[at] = id >>> 8;
      slab[at + 1] = id;
      at = writeUint32(slab, at + 2, value);
    }
    this.length = at;
    this.frames++;
  }

  settingsAck(): void {
    const slab = this.reserve(frameHeadBytes);
    this.length = writeFrameHead(slab, this.length, 0, FrameType.settings, FrameFlag.ack, 0);
    this.frames++;
    this.controlFrames++;
  }

  /** A PING whose eight bytes stand in `source`. */
  ping(source: Buffer, from: number, isAck: boolean): void {
    const slab = this.reserve(frameHeadBytes + 8);
    const at = writeFrameHead(slab, this.length, 8, FrameType.ping, isAck ? FrameFlag.ack : 0, 0);
    source.copy(slab, at, from, from + 8);
    this.length = at + 8;
    this.frames++;
    this.controlFrames++;
  }

  rstStream(streamId: number, code: number): void {
    this.numbers(FrameType.rstStream, 0, streamId, code);
    this.controlFrames++;
  }

  goaway(lastStreamId: number, code: number): void {
    this.numbers(FrameType.goaway, 0, 0, lastStreamId, code);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.numbers(FrameType.windowUpdate, 0, streamId, increment);
  }

  /** Data in frames of at most `maxFrame`; the windows allow all of it. */
  data(
    streamId: number,
    buffer: Buffer,
    start: number,
    end: number,
    endStream: boolean,
    maxFrame: number,
  ): number {
    const bytes = end - start;
    if (bytes <= smallBytes && bytes <= maxFrame) {
      const slab = this.reserve(frameHeadBytes + bytes);
      const flags = endStream ? FrameFlag.endStream : 0;
      const at = writeFrameHead(slab, this.length, bytes, FrameType.data, flags, streamId);
      if (bytes > 0) buffer.copy(slab, at, start, end);
      this.length = at + bytes;
      this.frames++;
      return 1;
    }
    return this.largeData(streamId, buffer, start, end, endStream, maxFrame);
  }

  private largeData(
    streamId: number,
    buffer: Buffer,
    start: number,
    end: number,
    endStream: boolean,
    maxFrame: number,
  ): number {
    const count = Math.ceil((end - start) / maxFrame);
    const { slab } = this;
    const before = this.length;
    const whole = this.pool.borrow(before + end - start + count * frameHeadBytes);
    let at = slab === null ? 0 : slab.copy(whole, 0, 0, before);
    this.length = 0;
    for (let from = start; from < end; from += maxFrame) {
      const to = Math.min(from + maxFrame, end);
      const flags = endStream && to === end ? FrameFlag.endStream : 0;
      at = writeFrameHead(whole, at, to - from, FrameType.data, flags, streamId);
      at += buffer.copy(whole, at, from, to);
    }
    this.frames += count;
    this.output.writePooled(whole, at);
    return count;
  }

  private send(): void {
    const { slab, length } = this;
    if (slab === null) return;
    this.slab = null;
    this.length = 0;
    if (length > 0) this.output.writeText(slab.latin1Slice(0, length));
    this.pool.giveBack(slab);
  }
}

export function writeFrameHead(
  target: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): number {
  target[at] = length >>> 16;
  target[at + 1] = length >>> 8;
  target[at + 2] = length;
  target[at + 3] = type;
  target[at + 4] = flags;
  return writeUint32(target, at + 5, streamId);
}

function writeUint32(target: Buffer, at: number, value: number): number {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
  return at + 4;
}
