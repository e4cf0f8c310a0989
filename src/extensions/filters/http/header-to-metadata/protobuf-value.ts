import type { Plain } from '../../../../base/plain.js';

/** Structures deeper than this come from nobody who means well. */
const deepest = 64;

/** Reads a `google.protobuf.Value` from its wire form; undefined when it is none. */
export function decodeProtobufValue(bytes: Uint8Array): Plain {
  return value(new Reader(bytes), deepest);
}

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

/** A message field by field; `isBroken` is set as soon as the bytes cannot be one. */
class Reader {
  private readonly view: DataView;
  private at: number;
  isBroken: boolean;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.isBroken = false;
  }

  get hasMore(): boolean {
    return !this.isBroken && this.at < this.view.byteLength;
  }

  varint(): number {
    let result = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.view.byteLength) break;
      const byte = this.view.getUint8(this.at++);
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return result;
    }
    this.isBroken = true;
    return 0;
  }

  double(): number {
    if (this.at + 8 > this.view.byteLength) {
      this.isBroken = true;
      return 0;
    }
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  bytes(): Uint8Array {
    return this.take(this.varint());
  }

  skip(wireType: number): void {
    if (wireType === varint) this.varint();
    else if (wireType === fixed64) this.take(8);
    else if (wireType === lengthDelimited) this.bytes();
    else if (wireType === fixed32) this.take(4);
    else this.isBroken = true;
  }

  private take(length: number): Uint8Array {
    if (this.isBroken || this.at + length > this.view.byteLength) {
      this.isBroken = true;
      return new Uint8Array();
    }
    this.at += length;
    return new Uint8Array(this.view.buffer, this.view.byteOffset + this.at - length, length);
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

/** Tags of `Value`: null 1, number 2, string 3, bool 4, struct 5, list 6. The last of its fields counts. */
function value(reader: Reader, depth: number): Plain {
  let result: Plain = null;
  if (depth === 0) return undefined;
  while (reader.hasMore) {
    const tag = reader.varint();
    if (tag === 0x08) {
      reader.varint();
      result = null;
    } else if (tag === 0x11) result = reader.double();
    else if (tag === 0x1a) result = text(reader.bytes());
    else if (tag === 0x20) result = reader.varint() !== 0;
    else if (tag === 0x2a) result = struct(new Reader(reader.bytes()), depth - 1);
    else if (tag === 0x32) result = list(new Reader(reader.bytes()), depth - 1);
    else reader.skip(tag & 7);
    if (result === undefined) return undefined;
  }
  return reader.isBroken ? undefined : result;
}

function list(reader: Reader, depth: number): Plain {
  const items: Plain[] = [];
  while (reader.hasMore) {
    const tag = reader.varint();
    if (tag !== 0x0a) {
      reader.skip(tag & 7);
      continue;
    }
    const item = value(new Reader(reader.bytes()), depth);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return reader.isBroken ? undefined : items;
}

function struct(reader: Reader, depth: number): Plain {
  const fields = new Map<string, Plain>();
  while (reader.hasMore) {
    const tag = reader.varint();
    if (tag !== 0x0a) {
      reader.skip(tag & 7);
      continue;
    }
    const entry = new Reader(reader.bytes());
    let key = '';
    let content: Plain = null;
    while (entry.hasMore) {
      const part = entry.varint();
      if (part === 0x0a) key = text(entry.bytes());
      else if (part === 0x12) content = value(new Reader(entry.bytes()), depth);
      else entry.skip(part & 7);
    }
    if (entry.isBroken || content === undefined) return undefined;
    fields.set(key, content);
  }
  return reader.isBroken ? undefined : Object.fromEntries(fields);
}
