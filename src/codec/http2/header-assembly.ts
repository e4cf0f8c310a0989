import { ErrorCode, FrameFlag, frameHeadBytes } from './frame/frame-codes.js';
import { HeadersPayload } from './frame/headers-payload.js';

const noBytes = Buffer.alloc(0);

/** Who reads the blocks; answers an error code, 0 when all is well. */
export type BlockReader = (
  streamId: number,
  endStream: boolean,
  buffer: Buffer,
  start: number,
  end: number,
) => number;

/** Header blocks of HEADERS frames, put together with the CONTINUATION frames behind them (RFC 9113 section 4.3). */
export class HeaderAssembly {
  private readonly limitBytes: number;
  private readonly onBlock: BlockReader;
  private readonly payload: HeadersPayload;
  private gathered: Buffer;
  private bytes: number;
  private flags: number;
  streamId: number;
  /** What the frames of the newest block took on the wire. */
  frameBytes: number;

  /** A block of more than `limitBytes` is refused; how many frames it comes in does not matter. */
  constructor(limitBytes: number, onBlock: BlockReader) {
    this.limitBytes = limitBytes;
    this.onBlock = onBlock;
    this.payload = new HeadersPayload();
    this.gathered = noBytes;
    this.bytes = 0;
    this.flags = 0;
    this.streamId = 0;
    this.frameBytes = 0;
  }

  /** CONTINUATION frames have to follow. */
  get isOpen(): boolean {
    return this.streamId !== 0;
  }

  onHeaders(flags: number, streamId: number, buffer: Buffer, start: number, end: number): number {
    if (streamId === 0) return ErrorCode.protocolError;
    const { payload } = this;
    const error = payload.read(flags, streamId, buffer, start, end);
    if (error !== 0) return error;
    this.frameBytes = frameHeadBytes + end - start;
    if ((flags & FrameFlag.endHeaders) !== 0)
      return this.onBlock(streamId, (flags & FrameFlag.endStream) !== 0, buffer, payload.from, payload.to);
    this.streamId = streamId;
    this.flags = flags;
    return this.add(buffer, payload.from, payload.to);
  }

  onContinuation(flags: number, buffer: Buffer, start: number, end: number): number {
    const { streamId } = this;
    if (streamId === 0) return ErrorCode.protocolError;
    this.frameBytes += frameHeadBytes + end - start;
    const error = this.add(buffer, start, end);
    if (error !== 0 || (flags & FrameFlag.endHeaders) === 0) return error;
    const { gathered, bytes } = this;
    this.gathered = noBytes;
    this.bytes = 0;
    this.streamId = 0;
    return this.onBlock(streamId, (this.flags & FrameFlag.endStream) !== 0, gathered, 0, bytes);
  }

  private add(buffer: Buffer, start: number, end: number): number {
    const bytes = this.bytes + end - start;
    if (bytes > this.limitBytes) return ErrorCode.enhanceYourCalm;
    if (bytes > this.gathered.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.limitBytes, Math.max(1024, bytes * 2)));
      this.gathered.copy(grown, 0, 0, this.bytes);
      this.gathered = grown;
    }
    buffer.copy(this.gathered, this.bytes, start, end);
    this.bytes = bytes;
    return 0;
  }
}
