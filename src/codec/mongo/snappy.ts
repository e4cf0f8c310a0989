/** Three bytes can stand for 64 at most: who promises more lies, and gets no memory for it. */
const mostGrowth = 22;

/**
 * Undoes raw Snappy, the block format without frames. Null when the bytes are none, or say that they hold another
 * number of bytes than `length`.
 */
export function unsnappy(bytes: Buffer, start: number, end: number, length: number): Buffer | null {
  let at = start;
  let stated = 0;
  for (let shift = 0; ; shift += 7) {
    if (at >= end || shift > 28) return null;
    const byte = bytes[at++] as number;
    stated += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (stated !== length || length > (end - at) * mostGrowth) return null;
  const output = Buffer.allocUnsafe(length);
  return new SnappyElements(bytes, at, end, output).run() ? output : null;
}

class SnappyElements {
  private readonly bytes: Buffer;
  private readonly end: number;
  private readonly output: Buffer;
  private at: number;
  private written: number;

  constructor(bytes: Buffer, at: number, end: number, output: Buffer) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.output = output;
    this.written = 0;
  }

  run(): boolean {
    while (this.at < this.end) {
      const tag = this.bytes[this.at++] as number;
      if (!((tag & 3) === 0 ? this.literal(tag >>> 2) : this.copy(tag))) return false;
    }
    return this.written === this.output.length;
  }

  /** A length below 61 stands in the tag; above that the tag tells in how many bytes it follows. */
  private literal(code: number): boolean {
    const more = code < 60 ? 0 : code - 59;
    if (this.end - this.at < more) return false;
    const length = 1 + (more === 0 ? code : this.bytes.readUIntLE(this.at, more));
    this.at += more;
    if (length > this.end - this.at || length > this.output.length - this.written) return false;
    this.bytes.copy(this.output, this.written, this.at, this.at + length);
    this.at += length;
    this.written += length;
    return true;
  }

  private copy(tag: number): boolean {
    const kind = tag & 3;
    const width = kind === 3 ? 4 : kind;
    if (this.end - this.at < width) return false;
    const low = this.bytes.readUIntLE(this.at, width);
    this.at += width;
    if (kind === 1) return this.repeat(((tag >>> 5) << 8) | low, 4 + ((tag >>> 2) & 7));
    return this.repeat(low, 1 + (tag >>> 2));
  }

  /** What is repeated may reach into what the repetition writes. */
  private repeat(offset: number, length: number): boolean {
    const { output, written } = this;
    if (offset === 0 || offset > written || length > output.length - written) return false;
    for (let i = 0; i < length; i++) output[written + i] = output[written + i - offset] as number;
    this.written += length;
    return true;
  }
}
