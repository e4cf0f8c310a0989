import type { CodecError } from '../../api/codec.js';
import { hexValue, tokenLower, valueByte } from './byte-classes.js';
import { Refusal, refuse } from './codec-errors.js';

const HTAB = 9;
const LF = 10;
const CR = 13;
const QUOTE = 34;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

const dataCr = 0;
const dataLf = 1;
const firstDigit = 2;
const digits = 3;
const nameFirst = 4;
const name = 5;
const valueFirst = 6;
const value = 7;
const quoted = 8;
const escaped = 9;
const afterQuoted = 10;
const lineLf = 11;

/** Extensions mean nothing here; a message that spends more on them than this has something else in mind. */
const extensionLimit = 16_384;
/** Hexadecimal digits behind leading zeros, and those zeros. */
const digitLimit = 14;
const zeroLimit = 64;

/**
 * What stands between chunk data: the CRLF behind it, then `chunk-size [chunk-ext] CRLF`; RFC 9112 section 7.1,
 * without its BWS, which no sender needs and llhttp refuses.
 *
 *   dataCr ▶ dataLf ▶ firstDigit ▶ digits ─────────────────CR──▶ lineLf ▶ boundary
 *                                    └;▶ nameFirst ▶ name ──CR/;─▶ lineLf / nameFirst
 *                                                     └=▶ valueFirst ▶ value ──CR/;─▶ …
 *                                                             └"▶ quoted ⇄ escaped
 *                                                                   └"▶ afterQuoted ──CR/;─▶ …
 */
export class ChunkScanner {
  /** Size of the chunk whose line was just read. */
  size: number;
  error: CodecError | null;
  /** The line was read to its end: `size` holds. */
  isWhole: boolean;
  private state: number;
  private digitCount: number;
  private zeroCount: number;
  private extensionBytes: number;

  constructor() {
    this.size = 0;
    this.error = null;
    this.isWhole = false;
    this.state = firstDigit;
    this.digitCount = 0;
    this.zeroCount = 0;
    this.extensionBytes = 0;
  }

  /** A new message: its first chunk has no data before it. */
  begin(): void {
    this.extensionBytes = 0;
    this.error = null;
    this.expectSize(firstDigit);
  }

  /** The data of a chunk are through. */
  afterData(): void {
    this.expectSize(dataCr);
  }

  /** Position behind what was used; with `isWhole` or `error` set when the line ended. */
  scan(buffer: Buffer, from: number, end: number): number {
    let at = from;
    while (at < end) {
      const next = this.next(buffer[at]!);
      at++;
      if (next < 0) return this.refuseAt(buffer[at - 1]!, at);
      if (next === firstDigit && this.state === lineLf) {
        this.isWhole = true;
        return at;
      }
      if (next > digits && next !== lineLf && ++this.extensionBytes > extensionLimit) {
        this.error = refuse(Refusal.malformed, 'chunk extensions are too long');
        return at;
      }
      this.state = next;
    }
    return at;
  }

  private expectSize(state: number): void {
    this.size = 0;
    this.digitCount = 0;
    this.zeroCount = 0;
    this.state = state;
    this.isWhole = false;
  }

  private refuseAt(byte: number, at: number): number {
    const where = this.state <= dataLf ? 'behind chunk data' : 'in a chunk line';
    this.error = refuse(Refusal.malformed, `byte 0x${byte.toString(16).padStart(2, '0')} ${where}`);
    return at;
  }

  /** The state behind `byte`, or -1. */
  private next(byte: number): number {
    switch (this.state) {
      case dataCr:
        return byte === CR ? dataLf : -1;
      case dataLf:
        return byte === LF ? firstDigit : -1;
      case firstDigit:
        return this.digit(byte);
      case digits:
        return byte === CR ? lineLf : byte === SEMICOLON ? nameFirst : this.digit(byte);
      case nameFirst:
        return tokenLower[byte] !== 0 ? name : -1;
      case name:
        return tokenLower[byte] !== 0 ? name : byte === EQUALS ? valueFirst : extensionEnd(byte);
      case valueFirst:
        return tokenLower[byte] !== 0 ? value : byte === QUOTE ? quoted : -1;
      case value:
        return tokenLower[byte] !== 0 ? value : extensionEnd(byte);
      case quoted:
        return byte === QUOTE ? afterQuoted : byte === BACKSLASH ? escaped : isQuotedByte(byte) ? quoted : -1;
      case escaped:
        return isQuotedByte(byte) ? quoted : -1;
      case afterQuoted:
        return extensionEnd(byte);
      default:
        return byte === LF ? firstDigit : -1;
    }
  }

  /** Sizes stay exact numbers; zeros in front are counted, so that they cannot be sent without end. */
  private digit(byte: number): number {
    const digit = hexValue[byte]!;
    if (digit === 255) return -1;
    if (digit === 0 && this.size === 0) return ++this.zeroCount > zeroLimit ? -1 : digits;
    this.size = this.size * 16 + digit;
    return ++this.digitCount > digitLimit || this.size > Number.MAX_SAFE_INTEGER ? -1 : digits;
  }
}

function extensionEnd(byte: number): number {
  return byte === CR ? lineLf : byte === SEMICOLON ? nameFirst : -1;
}

function isQuotedByte(byte: number): boolean {
  return valueByte[byte] === 1 || byte === HTAB;
}
