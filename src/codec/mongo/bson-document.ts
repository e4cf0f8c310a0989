import { endOfText } from './bson-scanner.js';
import { allShapes, BsonType, fixedBytes, ValueShape } from './bson-types.js';

/** One element of a document, where it stands. */
export class BsonField {
  readonly type: number;
  readonly key: string;
  readonly bytes: Buffer;
  /** Of the value. */
  readonly start: number;
  readonly end: number;

  constructor(type: number, key: string, bytes: Buffer, start: number, end: number) {
    this.type = type;
    this.key = key;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** Null unless it is a document or an array. */
  get document(): BsonDocument | null {
    if (this.type !== BsonType.document && this.type !== BsonType.array) return null;
    return new BsonDocument(this.bytes, this.start, this.end);
  }

  /** The bytes of a string but the NUL at its end, one character each; null for other types. */
  get text(): string | null {
    if (this.type !== BsonType.string && this.type !== BsonType.symbol) return null;
    return this.bytes.latin1Slice(this.start + 4, Math.max(this.start + 4, this.end - 1));
  }

  /** Of an int32, and the lower half of an int64; null for other types. */
  get int32(): number | null {
    const isInteger = this.type === BsonType.int32 || this.type === BsonType.int64;
    return isInteger ? this.bytes.readInt32LE(this.start) : null;
  }
}

/**
 * A document that a scanner found sound, where it stands in the bytes of its message: it is valid as long as they are,
 * which is until the callback that told of it returns.
 */
export class BsonDocument {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  get byteLength(): number {
    return this.end - this.start;
  }

  get isEmpty(): boolean {
    return this.byteLength === 5;
  }

  first(): BsonField | null {
    return this.isEmpty ? null : this.fieldAt(this.start + 4);
  }

  /** The first field of that name, and of that type where one is given. Names are ASCII. */
  find(name: string, type = 0): BsonField | null {
    const { bytes } = this;
    const last = this.end - 1;
    let at = this.start + 4;
    while (at < last) {
      const valueAt = endOfText(bytes, at + 1, last);
      if ((type === 0 || bytes[at] === type) && isText(bytes, at + 1, valueAt - 1, name))
        return this.fieldAt(at);
      at = endOfValue(bytes, bytes[at] as number, valueAt, last);
    }
    return null;
  }

  *fields(): Generator<BsonField> {
    let at = this.start + 4;
    while (at < this.end - 1) {
      const field = this.fieldAt(at);
      at = field.end;
      yield field;
    }
  }

  private fieldAt(at: number): BsonField {
    const { bytes } = this;
    const type = bytes[at] as number;
    const valueAt = endOfText(bytes, at + 1, this.end);
    const key = bytes.latin1Slice(at + 1, valueAt - 1);
    return new BsonField(type, key, bytes, valueAt, endOfValue(bytes, type, valueAt, this.end));
  }
}

/** A byte text as the text that its bytes spell in UTF-8. */
export function decoded(text: string): string {
  return /[\u0080-\u00ff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

function isText(bytes: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

export function textUpToNul(bytes: Buffer, start: number, limit: number): string {
  let end = start;
  while (end < limit && bytes[end] !== 0) end++;
  return bytes.latin1Slice(start, end);
}

/** Of a value that is known to be sound. */
function endOfValue(bytes: Buffer, type: number, at: number, limit: number): number {
  switch (allShapes[type]) {
    case ValueShape.fixed:
      return at + (fixedBytes[type] as number);
    case ValueShape.string:
      return at + 4 + bytes.readInt32LE(at);
    case ValueShape.binary:
      return at + 5 + bytes.readInt32LE(at);
    case ValueShape.document:
    case ValueShape.codeWithScope:
      return at + bytes.readInt32LE(at);
    case ValueShape.twoTexts:
      return endOfText(bytes, endOfText(bytes, at, limit), limit);
    case ValueShape.pointer:
      return at + 16 + bytes.readInt32LE(at);
    default:
      return at;
  }
}
