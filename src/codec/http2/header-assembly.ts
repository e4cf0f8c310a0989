/** Header blocks that come in more than one frame, put together. */
export class HeaderAssembly {
  private readonly limitBytes: number;
  private parts: Buffer[];
  private bytes: number;
  streamId: number;
  flags: number;

  /** A block of more than `limitBytes`, or in more frames than such a block needs, is refused. */
  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
    this.parts = [];
    this.bytes = 0;
    this.streamId = 0;
    this.flags = 0;
  }

  /** CONTINUATION frames have to follow. */
  get isOpen(): boolean {
    return this.streamId !== 0;
  }

  open(streamId: number, flags: number): void {
    this.streamId = streamId;
    this.flags = flags;
  }

  /** False: too much. */
  add(buffer: Buffer, start: number, end: number): boolean {
    this.bytes += end - start;
    if (this.bytes > this.limitBytes || this.parts.length > 8 + this.limitBytes / 1024) return false;
    this.parts.push(Buffer.from(buffer.subarray(start, end)));
    return true;
  }

  /** The whole block; the assembly is empty again. */
  take(): Buffer {
    const whole = Buffer.concat(this.parts);
    this.parts = [];
    this.bytes = 0;
    this.streamId = 0;
    return whole;
  }
}
