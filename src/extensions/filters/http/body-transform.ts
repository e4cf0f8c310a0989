import type { Chunk } from '../../../api/codec.js';
import type { ByteTransform, ByteTransformEvents, CompressionMaker } from '../../../api/compression.js';
import { DataStatus, type Flow, type StreamControl, TrailersStatus } from '../../../api/http-filter.js';
import type { HeaderMap } from '../../../base/header-map.js';

/** What the filter wants to know of a body on its way through a transform. */
export interface BodyTransformOwner {
  onIn(bytes: number): void;
  onOut(bytes: number): void;
  /** The last byte has gone through, and the end follows; trailers can still be added. */
  onLast(): void;
  /** The body is not what it said, or grew too much; it ends here. */
  onBadBody(error: Error): void;
}

/**
 * One direction's body on its way through a compressor or decompressor. The work is done elsewhere; what waits for
 * it is limited by the flow's limit, beyond which the sender is paused. Every call from elsewhere is a turn of the
 * stream.
 */
export class BodyTransform<H extends HeaderMap> implements ByteTransformEvents {
  private readonly stream: StreamControl;
  private readonly flow: Flow<H>;
  private readonly owner: BodyTransformOwner;
  private readonly transform: ByteTransform;
  private readonly maxRatio: number;
  private inBytes: number;
  private outBytes: number;
  private waitingBytes: number;
  private isPausing: boolean;
  private hasTrailers: boolean;
  private isDone: boolean;

  constructor(stream: StreamControl, flow: Flow<H>, maker: CompressionMaker, owner: BodyTransformOwner) {
    this.stream = stream;
    this.flow = flow;
    this.owner = owner;
    this.maxRatio = maker.maxInflateRatio;
    this.inBytes = 0;
    this.outBytes = 0;
    this.waitingBytes = 0;
    this.isPausing = false;
    this.hasTrailers = false;
    this.isDone = false;
    this.transform = maker.make(this);
  }

  onData(chunk: Chunk, endStream: boolean): DataStatus {
    if (this.isDone) {
      if (endStream) this.flow.inject(noBytes, true);
      return DataStatus.StopNoBuffer;
    }
    const length = chunk.end - chunk.start;
    if (length > 0) {
      this.inBytes += length;
      this.waitingBytes += length;
      this.owner.onIn(length);
      // The chunk is its sender's again when this returns.
      this.transform.write(Buffer.from(chunk.buffer.subarray(chunk.start, chunk.end)));
    }
    if (endStream) this.transform.end();
    else this.pauseAtLimit();
    return DataStatus.StopNoBuffer;
  }

  onTrailers(): TrailersStatus {
    if (this.isDone) return TrailersStatus.Continue;
    this.hasTrailers = true;
    this.transform.end();
    return TrailersStatus.Stop;
  }

  /** The stream is over. */
  destroy(): void {
    this.isDone = true;
    this.transform.destroy();
  }

  // ByteTransformEvents

  onBytes(bytes: Buffer): void {
    this.stream.guard(() => {
      if (this.isDone) return;
      this.outBytes += bytes.length;
      this.owner.onOut(bytes.length);
      this.flow.inject(bytes, false);
      if (this.maxRatio > 0 && this.outBytes > this.inBytes * this.maxRatio)
        this.fail(new Error('the body grows too much'));
    });
  }

  onTaken(count: number): void {
    this.stream.guard(() => {
      this.waitingBytes -= count;
      if (!this.isPausing || this.waitingBytes > this.flow.limitBytes / 2) return;
      this.isPausing = false;
      this.flow.unpause();
    });
  }

  onEnd(): void {
    this.stream.guard(() => this.finish());
  }

  onError(error: Error): void {
    this.stream.guard(() => this.fail(error));
  }

  private pauseAtLimit(): void {
    const { limitBytes } = this.flow;
    if (this.isPausing || limitBytes === 0 || this.waitingBytes <= limitBytes) return;
    this.isPausing = true;
    this.flow.pause();
  }

  /** What cannot be read is dropped; what could be has gone on. */
  private fail(error: Error): void {
    if (this.isDone) return;
    this.transform.destroy();
    this.owner.onBadBody(error);
    if (this.flow.isEnded) this.finish();
    else this.isDone = true;
    if (this.isPausing) {
      this.isPausing = false;
      this.flow.unpause();
    }
  }

  private finish(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.owner.onLast();
    if (this.hasTrailers || this.flow.trailers !== null) this.flow.resume();
    else this.flow.inject(noBytes, true);
  }
}

const noBytes = Buffer.alloc(0);
