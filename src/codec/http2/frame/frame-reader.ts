import { defaultFrameSize, ErrorCode, FrameFlag, FrameType, frameHeadBytes } from './frame-codes.js';

/** Who gets the frames. After an answer that is not 0, an error code, the reader reads nothing more. */
export interface FrameHandler {
  /** The head of a frame of acceptable size; DATA is announced here, before its bytes. */
  onFrameHead(type: number, flags: number, streamId: number, length: number): number;
  /** A whole frame other than DATA; [start, end) is its payload. */
  onFrame(type: number, flags: number, streamId: number, buffer: Buffer, start: number, end: number): number;
  /** Bytes of the DATA frame announced last, without padding. `isLast`: the frame is complete. */
  onDataBytes(buffer: Buffer, start: number, end: number, isLast: boolean): number;
}

const noBytes = Buffer.alloc(0);

/**
 * Cuts bytes into frames. DATA passes in pieces as it arrives; other frames are kept until they are complete, which
 * the frame size bounds.
 */
export class FrameReader {
  private readonly handler: FrameHandler;
  private readonly maxFrameSize: number;
  /** A frame that has not arrived completely, head and all. */
  private partial: Buffer;
  private partialLength: number;
  private partialNeed: number;
  private dataLeft: number;
  private paddingLeft: number;
  private needsPadLength: boolean;
  private isInData: boolean;

  constructor(handler: FrameHandler, maxFrameSize = defaultFrameSize) {
    this.handler = handler;
    this.maxFrameSize = maxFrameSize;
    this.partial = noBytes;
    this.partialLength = 0;
    this.partialNeed = 0;
    this.dataLeft = 0;
    this.paddingLeft = 0;
    this.needsPadLength = false;
    this.isInData = false;
  }

  /** True inside a frame: more of it has to come. */
  get isInFrame(): boolean {
    return this.isInData || this.partialLength > 0;
  }

  /** Reads [start, end) and answers an error code of the connection, 0 when all is well. */
  execute(buffer: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const next = this.isInData
        ? this.readData(buffer, at, end)
        : this.partialLength > 0
          ? this.readPartial(buffer, at, end)
          : this.readFrame(buffer, at, end);
      if (next < 0) return -next;
      at = next;
    }
    return 0;
  }

  /** A frame from its first byte on; answers the offset behind what was used, or an error code negated. */
  private readFrame(buffer: Buffer, at: number, end: number): number {
    if (end - at < frameHeadBytes) return this.keep(buffer, at, end, frameHeadBytes);
    const length =
      ((buffer[at] as number) << 16) | ((buffer[at + 1] as number) << 8) | (buffer[at + 2] as number);
    const type = buffer[at + 3] as number;
    const payload = at + frameHeadBytes;
    if (length > this.maxFrameSize) return -ErrorCode.frameSizeError;
    if (type !== FrameType.data && payload + length > end) {
      return this.keep(buffer, at, end, frameHeadBytes + length);
    }
    const flags = buffer[at + 4] as number;
    const streamId = streamIdAt(buffer, at + 5);
    const refusal = this.handler.onFrameHead(type, flags, streamId, length);
    if (refusal !== 0) return -refusal;
    if (type === FrameType.data) return this.beginData(flags, length, payload);
    const error = this.handler.onFrame(type, flags, streamId, buffer, payload, payload + length);
    return error === 0 ? payload + length : -error;
  }

  private keep(buffer: Buffer, at: number, end: number, need: number): number {
    this.partial = Buffer.allocUnsafeSlow(Math.max(need, 64));
    this.partialNeed = need;
    this.partialLength = buffer.copy(this.partial, 0, at, end);
    return end;
  }

  private readPartial(buffer: Buffer, at: number, end: number): number {
    const take = Math.min(this.partialNeed - this.partialLength, end - at);
    buffer.copy(this.partial, this.partialLength, at, at + take);
    this.partialLength += take;
    if (this.partialLength < this.partialNeed) return at + take;
    const { partial } = this;
    if (this.partialNeed === frameHeadBytes) {
      const length = partial.readUIntBE(0, 3);
      const need = frameHeadBytes + length;
      if (length > this.maxFrameSize) return -ErrorCode.frameSizeError;
      if (partial[3] !== FrameType.data && length > 0) {
        this.partial = Buffer.allocUnsafeSlow(need);
        partial.copy(this.partial, 0, 0, frameHeadBytes);
        this.partialNeed = need;
        return at + take;
      }
    }
    this.partial = noBytes;
    this.partialLength = 0;
    const used = this.readFrame(partial, 0, this.partialNeed);
    return used < 0 ? used : at + take;
  }

  private beginData(flags: number, length: number, payload: number): number {
    this.isInData = true;
    this.needsPadLength = (flags & FrameFlag.padded) !== 0;
    this.dataLeft = length;
    this.paddingLeft = 0;
    if (length > 0) return payload;
    if (this.needsPadLength) return -ErrorCode.frameSizeError;
    this.isInData = false;
    const error = this.handler.onDataBytes(noBytes, 0, 0, true);
    return error === 0 ? payload : -error;
  }

  private readData(buffer: Buffer, from: number, end: number): number {
    let at = from;
    if (this.needsPadLength) {
      this.needsPadLength = false;
      this.paddingLeft = buffer[at++] as number;
      this.dataLeft -= 1 + this.paddingLeft;
      // RFC 9113 section 6.1: padding as long as the payload or longer.
      if (this.dataLeft < 0) return -ErrorCode.protocolError;
    }
    const dataEnd = Math.min(at + this.dataLeft, end);
    this.dataLeft -= dataEnd - at;
    const padding = this.dataLeft === 0 ? Math.min(this.paddingLeft, end - dataEnd) : 0;
    this.paddingLeft -= padding;
    const isLast = this.dataLeft === 0 && this.paddingLeft === 0;
    this.isInData = !isLast;
    if (dataEnd === at && !isLast) return dataEnd + padding;
    const error = this.handler.onDataBytes(buffer, at, dataEnd, isLast);
    return error === 0 ? dataEnd + padding : -error;
  }
}

/** 31 bits; the highest is reserved and ignored. */
export function streamIdAt(buffer: Buffer, at: number): number {
  return (
    (((buffer[at] as number) & 0x7f) << 24) |
    ((buffer[at + 1] as number) << 16) |
    ((buffer[at + 2] as number) << 8) |
    (buffer[at + 3] as number)
  );
}

export function uint32At(buffer: Buffer, at: number): number {
  return streamIdAt(buffer, at) + ((buffer[at] as number) >= 0x80 ? 0x8000_0000 : 0);
}
