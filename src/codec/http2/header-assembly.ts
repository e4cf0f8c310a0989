import { ErrorCode, FrameFlag, frameHeadBytes } from './frame/frame-codes.js';
import { HeadersPayload } from './frame/headers-payload.js';

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
  private parts: Buffer[];
  private bytes: number;
  private flags: number;
  streamId: number;
  /** What the frames of the newest block took on the wire. */
  frameBytes: number;

  /** A block of more than `limitBytes`, or in more frames than such a block needs, is refused. */
  constructor(limitBytes: number, onBlock: BlockReader) {
    this.limitBytes = limitBytes;
    this.onBlock = onBlock;
    this.payload = new HeadersPayload();
    this.parts = [];
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
    const block = Buffer.concat(this.parts);
    this.parts = [];
    this.bytes = 0;
    this.streamId = 0;
    return this.onBlock(streamId, (this.flags & FrameFlag.endStream) !== 0, block, 0, block.length);
  }

  private add(buffer: Buffer, start: number, end: number): number {
    this.bytes += end - start;
    if (this.bytes > this.limitBytes || this.parts.length > 8 + this.limitBytes / 1024)
      return ErrorCode.enhanceYourCalm;
    this.parts.push(Buffer.from(buffer.subarray(start, end)));
    return 0;
  }
}
