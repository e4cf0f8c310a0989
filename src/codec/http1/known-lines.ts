const wordBytes = 8;
/** Shorter lines are scanned as fast as they are compared; longer ones are rarely sent twice. */
const shortest = wordBytes;
const longest = 512;

let viewedBuffer: Uint8Array | null = null;
let view: DataView = new DataView(new ArrayBuffer(0));

/** The view that lines are compared through; kept, for a thread reads into one buffer. */
export function viewOf(buffer: Buffer): DataView {
  if (buffer !== viewedBuffer) {
    view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    viewedBuffer = buffer;
  }
  return view;
}

/**
 * The bytes of a line with its CRLF, eight to a word, the last word reaching back. Words are compared as floating
 * point numbers, the widest loads there are: equal numbers are equal bytes but for the two zeros, which have seven
 * zero bytes and more, and a line that was accepted has none. A word that is no number equals nothing, which costs
 * that line its place here and nothing else.
 */
export class KnownBytes {
  readonly length: number;
  readonly words: Float64Array;

  constructor(bytes: DataView, start: number, end: number) {
    this.length = end - start;
    this.words = new Float64Array(Math.ceil(this.length / wordBytes));
    const last = this.words.length - 1;
    for (let i = 0; i < last; i++) this.words[i] = bytes.getFloat64(start + i * wordBytes, true);
    this.words[last] = bytes.getFloat64(end - wordBytes, true);
  }
}

/** Whether `bytes` go on with that line at `start`; all of its length must lie within them. */
export function isLineAt(line: KnownBytes, bytes: DataView, start: number): boolean {
  const { words, length } = line;
  const last = words.length - 1;
  if (bytes.getFloat64(start + length - wordBytes, true) !== words[last]) return false;
  for (let i = 0; i < last; i++) {
    if (bytes.getFloat64(start + i * wordBytes, true) !== words[i]) return false;
  }
  return true;
}

/**
 * Lines that came more than once, by their bytes. Clients and origins repeat most lines of their heads: what was
 * found and checked in one once holds for the same bytes ever after. A line is kept when it comes the second time,
 * in the one place that its bytes choose, so memory and work are bounded whatever is sent.
 */
export class LineTable<T extends KnownBytes> {
  private readonly lines: (T | null)[];
  private readonly seen: Int32Array;
  private readonly mask: number;
  private place: number;
  /** After `find` answered null: the line has been here before and should be kept. */
  isRepeated: boolean;

  /** `size` is a power of two. */
  constructor(size: number) {
    this.lines = new Array<T | null>(size).fill(null);
    this.seen = new Int32Array(size * 2);
    this.mask = size - 1;
    this.place = 0;
    this.isRepeated = false;
  }

  find(bytes: DataView, start: number, end: number): T | null {
    this.isRepeated = false;
    const length = end - start;
    if (length < shortest || length > longest) return null;
    const print = fingerprint(bytes, start, end);
    this.place = print & this.mask;
    const line = this.lines[this.place] as T | null;
    if (line !== null && line.length === length && isLineAt(line, bytes, start)) return line;
    const at = print & (2 * this.mask + 1);
    if (this.seen[at] === print) this.isRepeated = true;
    else this.seen[at] = print;
    return null;
  }

  /** Keeps the line that `find` was last asked for, in the place of another. */
  keep(line: T): void {
    this.lines[this.place] = line;
  }
}

/** Of the first, middle and last four bytes before CRLF, and the length. */
function fingerprint(bytes: DataView, start: number, end: number): number {
  const length = end - start;
  const middle = bytes.getInt32(start + (length >> 1), true);
  let print = Math.imul(length ^ bytes.getInt32(start, true), 0x9e3779b1 | 0);
  print = Math.imul(print ^ (print >>> 15) ^ middle, 0x85ebca6b | 0);
  print = Math.imul(print ^ (print >>> 13) ^ bytes.getInt32(end - 6, true), 0xc2b2ae35 | 0);
  return print ^ (print >>> 16);
}
