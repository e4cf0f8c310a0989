import { ErrorCode, FrameFlag } from './frame-codes.js';
import { streamIdAt } from './frame-reader.js';

/** Where the fragment of a HEADERS frame lies between padding and priority (RFC 9113 section 6.2). One per connection. */
export class HeadersPayload {
  from: number;
  to: number;

  constructor() {
    this.from = 0;
    this.to = 0;
  }

  /** Answers an error code, 0 when all is well. */
  read(flags: number, streamId: number, buffer: Buffer, start: number, end: number): number {
    this.from = start;
    this.to = end;
    if ((flags & FrameFlag.padded) !== 0) {
      if (start >= end) return ErrorCode.frameSizeError;
      this.to -= buffer[this.from++] as number;
      if (this.from > this.to) return ErrorCode.protocolError;
    }
    if ((flags & FrameFlag.priority) === 0) return 0;
    if (this.to - this.from < 5) return ErrorCode.frameSizeError;
    const dependsOn = streamIdAt(buffer, this.from);
    this.from += 5;
    // RFC 7540 section 5.3.1: a stream cannot depend on itself.
    return dependsOn === streamId ? ErrorCode.protocolError : 0;
  }
}
