import { type BsonLimits, fixedBytes, ValueShape } from './bson-types.js';

/** What scanning answers instead of an end. */
export const broken = -1;

/** Finds where documents end and whether everything in them is sound, without reading a value. */
export class BsonScanner {
  private readonly limits: BsonLimits;
  private shapes: Uint8Array;
  private elements: number;

  constructor(limits: BsonLimits, shapes: Uint8Array) {
    this.limits = limits;
    this.shapes = shapes;
    this.elements = 0;
  }

  /** The next documents are of a message of their own, with these types of values. */
  begin(shapes: Uint8Array): void {
    this.shapes = shapes;
    this.elements = 0;
  }

  /** Where the document at `start` ends, at `limit` at the latest; `broken` when there is none. */
  endOf(bytes: Buffer, start: number, limit: number): number {
    return this.document(bytes, start, limit, 1);
  }

  private document(bytes: Buffer, start: number, limit: number, depth: number): number {
    if (limit - start < 5 || depth > this.limits.depth) return broken;
    const end = start + bytes.readInt32LE(start);
    if (end < start + 5 || end > limit || bytes[end - 1] !== 0) return broken;
    const last = end - 1;
    let at = start + 4;
    while (at < last) {
      if (++this.elements > this.limits.elements) return broken;
      const type = bytes[at] as number;
      at = endOfText(bytes, at + 1, last);
      if (at !== broken) at = this.value(bytes, type, at, last, depth);
      if (at === broken) return broken;
    }
    return at === last ? end : broken;
  }

  private value(bytes: Buffer, type: number, at: number, limit: number, depth: number): number {
    switch (this.shapes[type]) {
      case ValueShape.none:
        return at;
      case ValueShape.fixed:
        return within(at + (fixedBytes[type] as number), limit);
      case ValueShape.string:
        return counted(bytes, at, 0, limit);
      case ValueShape.binary:
        return counted(bytes, at, 1, limit);
      case ValueShape.document:
        return this.document(bytes, at, limit, depth + 1);
      case ValueShape.twoTexts:
        return twoTexts(bytes, at, limit);
      case ValueShape.pointer:
        return pointer(bytes, at, limit);
      case ValueShape.codeWithScope:
        return this.codeWithScope(bytes, at, limit, depth);
      default:
        return broken;
    }
  }

  private codeWithScope(bytes: Buffer, at: number, limit: number, depth: number): number {
    if (limit - at < 14) return broken;
    const end = at + bytes.readInt32LE(at);
    if (end < at + 14 || end > limit) return broken;
    const scope = counted(bytes, at + 4, 0, end);
    return scope !== broken && this.document(bytes, scope, end, depth + 1) === end ? end : broken;
  }
}

function within(end: number, limit: number): number {
  return end <= limit ? end : broken;
}

/** Behind the NUL that ends a text. */
export function endOfText(bytes: Buffer, at: number, limit: number): number {
  let end = at;
  while (end < limit && bytes[end] !== 0) end++;
  return end < limit ? end + 1 : broken;
}

/** A length, `between` bytes that it does not count, and so many bytes. */
function counted(bytes: Buffer, at: number, between: number, limit: number): number {
  if (limit - at < 4 + between) return broken;
  const length = bytes.readInt32LE(at);
  return length < 0 ? broken : within(at + 4 + between + length, limit);
}

function twoTexts(bytes: Buffer, at: number, limit: number): number {
  const second = endOfText(bytes, at, limit);
  return second === broken ? broken : endOfText(bytes, second, limit);
}

function pointer(bytes: Buffer, at: number, limit: number): number {
  const id = counted(bytes, at, 0, limit);
  return id === broken ? broken : within(id + 12, limit);
}
