import { BsonDocument } from './bson-document.js';
import { type BsonScanner, broken, endOfText } from './bson-scanner.js';
import { allShapes, classicShapes } from './bson-types.js';

/**
 * Reads one message from front to back. The first thing that is not there makes `isBroken` true for good; what is read
 * from then on is empty, so that whoever reads looks once, at the end.
 */
export class MessageReader {
  private readonly scanner: BsonScanner;
  private bytes: Buffer;
  private at: number;
  private end: number;
  isBroken: boolean;

  constructor(scanner: BsonScanner) {
    this.scanner = scanner;
    this.bytes = Buffer.alloc(0);
    this.at = 0;
    this.end = 0;
    this.isBroken = false;
  }

  /** `takesAll`: every type of BSON is read, not only those that Envoy knows. */
  begin(bytes: Buffer, start: number, end: number, takesAll: boolean): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.isBroken = false;
    this.scanner.begin(takesAll ? allShapes : classicShapes);
  }

  get left(): number {
    return this.isBroken ? 0 : this.end - this.at;
  }

  int32(): number {
    const { at } = this;
    return this.take(4) ? this.bytes.readInt32LE(at) : 0;
  }

  int64(): bigint {
    const { at } = this;
    return this.take(8) ? this.bytes.readBigInt64LE(at) : 0n;
  }

  byte(): number {
    const { at } = this;
    return this.take(1) ? (this.bytes[at] as number) : 0;
  }

  /** Up to its NUL. */
  text(): string {
    const { at } = this;
    const end = this.isBroken ? broken : endOfText(this.bytes, at, this.end);
    if (end === broken) return this.fail('');
    this.at = end;
    return this.bytes.latin1Slice(at, end - 1);
  }

  /** An empty one once something is broken. */
  document(): BsonDocument {
    const { at } = this;
    const end = this.isBroken ? broken : this.scanner.endOf(this.bytes, at, this.end);
    if (end === broken) return this.fail(noDocument);
    this.at = end;
    return new BsonDocument(this.bytes, at, end);
  }

  /** Everything up to the end, or to the end of the next `length` bytes. */
  documents(length = this.left): BsonDocument[] {
    const found: BsonDocument[] = [];
    const floor = this.left - length;
    if (length < 0 || floor < 0) return this.fail(found);
    while (this.left > floor) found.push(this.document());
    if (this.left < floor) this.isBroken = true;
    return found;
  }

  /** That many of them, which may be more than there is room for. */
  countedDocuments(count: number): BsonDocument[] {
    const found: BsonDocument[] = [];
    for (let i = 0; i < count && !this.isBroken; i++) found.push(this.document());
    return found;
  }

  private take(length: number): boolean {
    if (this.isBroken || this.end - this.at < length) return this.fail(false);
    this.at += length;
    return true;
  }

  private fail<T>(value: T): T {
    this.isBroken = true;
    return value;
  }
}

const noDocument = new BsonDocument(Buffer.from([5, 0, 0, 0, 0]), 0, 5);
