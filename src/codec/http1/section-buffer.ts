const firstCapacity = 1024;
const freeWork = 4096;
const workFactor = 4;
const LF = 10;
const CR = 13;

const empty = Buffer.alloc(0);

/**
 * A head or trailer section that arrives in pieces. It is scanned from its beginning whenever that may tell
 * something new, but at most so often that the work stays linear in its size: always once an empty line is in it,
 * before that only out of a budget. So bad bytes are answered soon, and a byte at a time costs no square.
 */
export class SectionBuffer {
  bytes: Buffer;
  length: number;
  private readonly limit: number;
  private work: number;
  private isLineEmpty: boolean;
  private hasEmptyLine: boolean;

  constructor(limit: number) {
    this.bytes = empty;
    this.length = 0;
    this.limit = limit;
    this.work = 0;
    this.isLineEmpty = false;
    this.hasEmptyLine = false;
  }

  append(buffer: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.bytes.length) this.grow(length);
    buffer.copy(this.bytes, this.length, start, end);
    this.length = length;
    for (let i = start; i < end; i++) {
      const byte = buffer[i];
      if (byte === LF) {
        if (this.isLineEmpty) this.hasEmptyLine = true;
        this.isLineEmpty = true;
      } else if (byte !== CR) this.isLineEmpty = false;
    }
  }

  isWorthScanning(): boolean {
    return this.hasEmptyLine || this.work <= freeWork + workFactor * this.length;
  }

  /** Books one scan of everything held. */
  scanned(): void {
    this.work += this.length;
  }

  /** Lets go of the memory: idle connections hold none. `isLineEmpty` says whether the section may be empty. */
  clear(isLineEmpty = false): void {
    this.bytes = empty;
    this.length = 0;
    this.work = 0;
    this.isLineEmpty = isLineEmpty;
    this.hasEmptyLine = false;
  }

  private grow(length: number): void {
    const capacity = Math.min(
      Math.max(firstCapacity, this.bytes.length * 2, length),
      Math.max(this.limit, length),
    );
    const wider = Buffer.allocUnsafe(capacity);
    this.bytes.copy(wider, 0, 0, this.length);
    this.bytes = wider;
  }
}
