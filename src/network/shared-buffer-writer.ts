import { type SocketCalls, socketCalls } from './socket-calls.js';

/** Longer text goes the ordinary way. */
const textLimitBytes = 16_384;
const iovecBytes = 16;

/**
 * Hands bytes of a thread's read buffer to the kernel from where they lie, behind text that goes in front of them: one
 * writev(2) and no copy. Node's own writes keep a pointer to what the kernel does not take at once, and the next read
 * would overwrite it; here the caller learns how much was taken and keeps the rest.
 */
export class SharedBufferWriter {
  readonly readBuffer: Buffer;
  private readonly calls: SocketCalls;
  private readonly text: Buffer;
  private readonly vectors: Buffer;
  /** `vectors` without the text's. */
  private readonly lastVector: Buffer;
  /** Address of the read buffer; those of processes stay below 2^53. */
  private readonly base: number;

  private constructor(readBuffer: Buffer, calls: SocketCalls) {
    this.readBuffer = readBuffer;
    this.calls = calls;
    this.text = Buffer.allocUnsafeSlow(textLimitBytes);
    this.vectors = Buffer.allocUnsafeSlow(2 * iovecBytes);
    this.lastVector = this.vectors.subarray(iovecBytes);
    this.base = calls.addressOf(readBuffer);
    this.putAddress(0, calls.addressOf(this.text));
    this.vectors.writeBigUInt64LE(0n, 8);
    this.vectors.writeBigUInt64LE(0n, iovecBytes + 8);
  }

  /** Null where koffi cannot load, or outside Linux. */
  static over(readBuffer: Buffer): SharedBufferWriter | null {
    const calls = socketCalls();
    return calls === null ? null : new SharedBufferWriter(readBuffer, calls);
  }

  /**
   * Bytes taken, of the text first; 0 when the kernel takes none now or the socket is broken: who then writes the
   * ordinary way waits, or learns what is wrong.
   */
  write(fd: number, text: string, start: number, end: number): number {
    const { calls, vectors } = this;
    if (text.length > textLimitBytes) return 0;
    this.putAddress(iovecBytes, this.base + start);
    vectors.writeUInt32LE(end - start, iovecBytes + 8);
    if (text.length === 0) return Math.max(0, calls.writev(fd, this.lastVector, 1));
    this.text.latin1Write(text, 0);
    vectors.writeUInt32LE(text.length, 8);
    return Math.max(0, calls.writev(fd, vectors, 2));
  }

  private putAddress(at: number, address: number): void {
    this.vectors.writeUInt32LE(address % 0x1_0000_0000, at);
    this.vectors.writeUInt32LE(Math.floor(address / 0x1_0000_0000), at + 4);
  }
}
