import { EncodedName, type EncoderEntry, EncoderTable, IndexPolicy } from './encoder-table.js';
import { huffmanEncode, huffmanLength } from './huffman-encode.js';
import { staticCount, staticValues } from './static-table.js';

/** Names that one connection remembers; more are forgotten all at once. */
const nameLimit = 512;
/** Entries of one name that are compared with a value. */
const searchDepth = 6;
/** The only entry of the static table with a value whose name is no pseudo-header. */
const acceptEncoding = 16;
/** A cookie shorter than this can be guessed. */
const shortCookie = 20;
/** Bytes that a field takes at most besides its name and value: two lengths and an index, five bytes each. */
export const fieldOverhead = 15;

/**
 * Writes header blocks (RFC 7541). A value enters the table when it is seen for the second time, so that what is
 * different in each message (paths, lengths, ids) drives out nothing; secrets never enter.
 */
export class HpackEncoder {
  private readonly table: EncoderTable;
  private names: Map<string, EncodedName>;
  private readonly usesHuffman: boolean;
  /** Size updates that the next block begins with; -1 = none. */
  private smallestDue: number;
  private sizeDue: number;

  constructor(usesHuffman = true, capacityBytes = 4096) {
    this.table = new EncoderTable(capacityBytes);
    this.names = new Map();
    this.usesHuffman = usesHuffman;
    this.smallestDue = -1;
    this.sizeDue = -1;
  }

  /** The peer's decoder keeps another amount from now on. */
  resize(bytes: number): void {
    if (bytes === this.table.capacityBytes && this.sizeDue < 0) return;
    this.table.resize(bytes);
    this.smallestDue = this.smallestDue < 0 ? bytes : Math.min(this.smallestDue, bytes);
    this.sizeDue = bytes;
  }

  /** What a block begins with; at most ten bytes. */
  begin(target: Buffer, at: number): number {
    if (this.sizeDue < 0) return at;
    let end = at;
    if (this.smallestDue < this.sizeDue) end = writeInteger(target, end, 0x20, 0x1f, this.smallestDue);
    end = writeInteger(target, end, 0x20, 0x1f, this.sizeDue);
    this.sizeDue = -1;
    this.smallestDue = -1;
    return end;
  }

  /** One byte for an entry of the static table. */
  indexed(target: Buffer, at: number, index: number): number {
    target[at] = 0x80 | index;
    return at + 1;
  }

  /** A field of a lower-case name, characters ≤ U+00FF; the target has room for both and `fieldOverhead`. */
  field(target: Buffer, at: number, name: string, value: string): number {
    const known = this.names.get(name) ?? this.learn(name);
    let entry: EncoderEntry | null = known.newest;
    for (let i = 0; entry !== null && i < searchDepth; i++) {
      if (entry.value === value) {
        return writeInteger(target, at, 0x80, 0x7f, staticCount + 1 + this.table.indexOf(entry));
      }
      entry = entry.older;
    }
    if (known.staticIndex === acceptEncoding && value === staticValues[acceptEncoding]) {
      return this.indexed(target, at, acceptEncoding);
    }
    return this.literal(target, at, known, value);
  }

  private literal(target: Buffer, at: number, name: EncodedName, value: string): number {
    const isKept = this.isWorthKeeping(name, value);
    const isSecret =
      name.policy === IndexPolicy.never || (name.policy === IndexPolicy.cookie && value.length < shortCookie);
    let end: number;
    const nameIndex = this.indexOfName(name);
    if (isKept) end = writeInteger(target, at, 0x40, 0x3f, nameIndex);
    else end = writeInteger(target, at, isSecret ? 0x10 : 0, 0x0f, nameIndex);
    if (nameIndex === 0) end = this.text(target, end, name.text);
    // An entry outlives its message, and a part of a string keeps the whole alive: it gets a copy.
    if (isKept) this.table.add(name, Buffer.from(value, 'latin1').latin1Slice());
    return this.text(target, end, value);
  }

  private indexOfName(name: EncodedName): number {
    if (name.staticIndex > 0) return name.staticIndex;
    return name.newest === null ? 0 : staticCount + 1 + this.table.indexOf(name.newest);
  }

  private isWorthKeeping(name: EncodedName, value: string): boolean {
    if (name.policy === IndexPolicy.never || name.policy === IndexPolicy.unique) return false;
    if (name.policy === IndexPolicy.cookie && value.length < shortCookie) return false;
    const print = fingerprint(value);
    const isRepeated = print === name.last || print === name.previous;
    name.previous = name.last;
    name.last = print;
    return isRepeated && (name.text.length + value.length) * 2 < this.table.capacityBytes;
  }

  private learn(text: string): EncodedName {
    if (this.names.size >= nameLimit) {
      const kept = new Map<string, EncodedName>();
      for (const [key, name] of this.names) if (name.newest !== null) kept.set(key, name);
      this.names = kept;
    }
    const name = new EncodedName(text);
    this.names.set(text, name);
    return name;
  }

  private text(target: Buffer, at: number, text: string): number {
    if (!this.usesHuffman) return writePlain(target, at, text);
    // Most strings are short: they are written behind one byte of length, whatever the length will be.
    if (text.length <= 96) {
      const end = huffmanEncode(text, target, at + 1);
      const length = end - at - 1;
      if (length >= text.length) return writePlain(target, at, text);
      target[at] = 0x80 | length;
      return end;
    }
    const length = huffmanLength(text);
    if (length >= text.length) return writePlain(target, at, text);
    return huffmanEncode(text, target, writeInteger(target, at, 0x80, 0x7f, length));
  }
}

/** Where a few characters stand in a value, as a number: equal values have equal ones, others hardly ever. */
function fingerprint(value: string): number {
  const { length } = value;
  if (length === 0) return 0;
  let print = length;
  for (let i = 1; i <= 6; i++)
    print = (Math.imul(print, 31) + value.charCodeAt(length - 1 - (((length - 1) * (i - 1)) >> 3))) | 0;
  return Math.imul(print, 31) + value.charCodeAt(0);
}

/** An integer behind `flags`, in a prefix of `mask` (RFC 7541 section 5.1). */
export function writeInteger(target: Buffer, at: number, flags: number, mask: number, value: number): number {
  if (value < mask) {
    target[at] = flags | value;
    return at + 1;
  }
  let end = at;
  target[end++] = flags | mask;
  let rest = value - mask;
  while (rest >= 128) {
    target[end++] = 0x80 | (rest & 0x7f);
    rest >>>= 7;
  }
  target[end++] = rest;
  return end;
}

function writePlain(target: Buffer, at: number, text: string): number {
  const start = writeInteger(target, at, 0, 0x7f, text.length);
  if (text.length > 24) return start + target.latin1Write(text, start);
  for (let i = 0; i < text.length; i++) target[start + i] = text.charCodeAt(i);
  return start + text.length;
}
