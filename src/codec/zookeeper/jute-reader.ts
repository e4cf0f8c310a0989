/**
 * Reads the fields of one packet, front to back. The first that is not there makes `isBroken` true for good; what is
 * read from then on is empty, so that whoever reads looks once, at the end.
 */
export class JuteReader {
  private readonly bytes: Buffer;
  readonly start: number;
  private readonly end: number;
  at: number;
  isBroken: boolean;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.at = start;
    this.isBroken = false;
  }

  get left(): number {
    return this.isBroken ? 0 : this.end - this.at;
  }

  int32(): number {
    const { at } = this;
    return this.skip(4) ? this.bytes.readInt32BE(at) : 0;
  }

  int64(): bigint {
    const { at } = this;
    return this.skip(8) ? this.bytes.readBigInt64BE(at) : 0n;
  }

  bool(): boolean {
    const { at } = this;
    return this.skip(1) && this.bytes[at] !== 0;
  }

  /** What older peers leave out. */
  optionalBool(): boolean {
    return this.left > 0 && this.bool();
  }

  text(): string {
    const length = this.int32();
    const { at } = this;
    return length !== 0 && this.skip(length) ? this.bytes.toString('utf8', at, at + length) : '';
  }

  /** A buffer or text; −1 bytes stand for none. */
  skipText(): void {
    const length = this.int32();
    if (length > 0) this.skip(length);
  }

  skipTexts(): void {
    const count = this.int32();
    for (let i = 0; i < count && !this.isBroken; i++) this.skipText();
  }

  skip(length: number): boolean {
    if (this.isBroken || length < 0 || this.end - this.at < length) {
      this.isBroken = true;
      return false;
    }
    this.at += length;
    return true;
  }
}
