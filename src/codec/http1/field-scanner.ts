import type { CodecError } from '../../api/codec.js';
import { tokenLower, valueByte } from './byte-classes.js';
import { Refusal, refuse } from './codec-errors.js';
import { FieldLine, type HeaderName, HeaderRole, lookupName } from './header-names.js';
import { isLineAt, LineTable, viewOf } from './known-lines.js';

/** What a scan answers instead of a position. */
export const incomplete = -1;
export const refused = -2;

const CR = 13;
const LF = 10;
const COLON = 58;

const framingRoles = HeaderRole.contentLength | HeaderRole.transferEncoding;

/** Names whose values decide framing or routing: nothing may be deleted from them silently. */
const exactRoles =
  HeaderRole.host |
  HeaderRole.contentLength |
  HeaderRole.transferEncoding |
  HeaderRole.connection |
  HeaderRole.proxyConnection |
  HeaderRole.upgrade |
  HeaderRole.expect |
  HeaderRole.te;

/** What a section is part of: lines follow each other differently in requests and in responses. */
export const Section = { request: 0, response: 1, trailers: 2 } as const;
export type Section = (typeof Section)[keyof typeof Section];

const knownLines = new LineTable<FieldLine>(512);
/** The line that came last behind the start line of a request and of a response. */
const firstLines: [FieldLine | null, FieldLine | null] = [null, null];

/**
 * Field lines of a head or trailer section, found but not yet cut out: positions in the scanned buffer. One per
 * thread, refilled by each scan; what a scan found is used before the next one starts.
 */
class FieldScan {
  names: HeaderName[];
  /** The line itself where it has come before, else null; `strangers` counts the others. */
  lines: (FieldLine | null)[];
  strangers: number;
  /** Three words a field: start of the name, start and end of the value. */
  spans: Int32Array;
  count: number;
  /** Union of `HeaderClass` bits. */
  classes: number;
  /** Union of `HeaderRole` bits, and of those that came more than once. */
  roles: number;
  repeated: number;
  /** Some value holds a bare CR, to be deleted. */
  hasBareCr: boolean;
  hasUnderscore: boolean;
  /** The empty line behind the fields has been seen. */
  isOver: boolean;
  error: CodecError | null;

  constructor() {
    this.names = [];
    this.lines = [];
    this.strangers = 0;
    this.spans = new Int32Array(3 * 128);
    this.count = 0;
    this.classes = 0;
    this.roles = 0;
    this.repeated = 0;
    this.hasBareCr = false;
    this.hasUnderscore = false;
    this.isOver = false;
    this.error = null;
  }

  reset(): void {
    this.count = 0;
    this.strangers = 0;
    this.classes = 0;
    this.roles = 0;
    this.repeated = 0;
    this.hasBareCr = false;
    this.hasUnderscore = false;
    this.isOver = false;
    this.error = null;
  }

  add(name: HeaderName, nameStart: number, valueStart: number, valueEnd: number): void {
    const at = this.count * 3;
    if (at === this.spans.length) this.grow();
    this.lines[this.count] = null;
    this.strangers++;
    this.names[this.count++] = name;
    this.spans[at] = nameStart;
    this.spans[at + 1] = valueStart;
    this.spans[at + 2] = valueEnd;
    this.classes |= name.classes;
    this.repeated |= this.roles & name.role;
    this.roles |= name.role;
    if (name.hasUnderscore) this.hasUnderscore = true;
  }

  addKnown(line: FieldLine, start: number): void {
    this.add(line.name, start, start + line.valueStart, start + line.valueEnd);
    this.recognise(line);
  }

  /** The field added last is that line. */
  recognise(line: FieldLine): void {
    this.lines[this.count - 1] = line;
    this.strangers--;
  }

  /** Of all fields: name, value and three more. A section without any counts as an empty one, as in Envoy. */
  get byteLength(): number {
    let bytes = 3 * Math.max(1, this.count);
    for (let i = 0; i < this.count; i++) {
      const at = 3 * i;
      bytes += this.names[i]!.text.length + this.spans[at + 2]! - this.spans[at + 1]!;
    }
    return bytes;
  }

  private grow(): void {
    const wider = new Int32Array(this.spans.length * 2);
    wider.set(this.spans);
    this.spans = wider;
  }
}

export const fieldScan = new FieldScan();

export function refuseScan(error: CodecError): number {
  fieldScan.error = error;
  return refused;
}

/**
 * Scans field lines from `at` up to and including the empty line that ends them; RFC 9112 section 5. Strict where
 * leniency lets two readers disagree: no obs-fold, no bare LF, no space around the name, CRLF exactly. A line that
 * came last at this place, byte for byte, is what it was then.
 */
export function scanFields(
  buffer: Buffer,
  from: number,
  end: number,
  maxFields: number,
  section: Section,
): number {
  fieldScan.reset();
  if (section === Section.trailers) return scanRest(buffer, from, end, maxFields);
  const bytes = viewOf(buffer);
  let at = from;
  let expected = firstLines[section];
  for (;;) {
    if (expected !== null && at + expected.length <= end && isLineAt(expected, bytes, at)) {
      if (fieldScan.count >= maxFields) return refuseCount(maxFields);
      fieldScan.addKnown(expected, at);
      at += expected.length;
    } else {
      const behind = scanLine(buffer, at, end, maxFields);
      if (behind < 0 || fieldScan.isOver) return behind;
      noteLine(bytes, buffer, at, behind, section);
      at = behind;
    }
    expected = fieldScan.names[fieldScan.count - 1]!.followers[section];
  }
}

/** One line: position behind it. The empty line, which ends the section, sets `isOver`. */
function scanLine(buffer: Buffer, at: number, end: number, maxFields: number): number {
  if (at >= end) return incomplete;
  if (buffer[at] === CR) {
    if (at + 1 >= end) return incomplete;
    if (buffer[at + 1] === LF) {
      fieldScan.isOver = true;
      return at + 2;
    }
  }
  if (fieldScan.count >= maxFields) return refuseCount(maxFields);
  return scanField(buffer, at, end);
}

function scanRest(buffer: Buffer, from: number, end: number, maxFields: number): number {
  let at = from;
  while (at >= 0 && !fieldScan.isOver) at = scanLine(buffer, at, end, maxFields);
  return at;
}

function refuseCount(maxFields: number): number {
  return refuseScan(refuse(Refusal.tooManyHeaders, `more than ${maxFields} header fields`));
}

/** A line that was scanned and not expected: known from elsewhere, new, or here for the second time. */
function noteLine(bytes: DataView, buffer: Buffer, start: number, end: number, section: 0 | 1): void {
  const index = fieldScan.count - 1;
  const name = fieldScan.names[index]!;
  if (!name.isKept || name.isSecret || fieldScan.hasBareCr) return;
  let line = knownLines.find(bytes, start, end);
  if (line === null) {
    if (!knownLines.isRepeated) return;
    const { spans } = fieldScan;
    line = new FieldLine(name, buffer, start, end, spans[index * 3 + 1]!, spans[index * 3 + 2]!);
    knownLines.keep(line);
  }
  fieldScan.recognise(line);
  if (index === 0) firstLines[section] = line;
  else fieldScan.names[index - 1]!.followers[section] = line;
}

function scanField(buffer: Buffer, from: number, end: number): number {
  let at = from;
  let hash = 0;
  let lower: number;
  while (at < end && (lower = tokenLower[buffer[at]!]!) !== 0) {
    hash = (Math.imul(hash, 31) + lower) | 0;
    at++;
  }
  if (at >= end) return incomplete;
  if (buffer[at] !== COLON || at === from) return refuseScan(nameError(buffer, from, at));
  const name = lookupName(hash, buffer, from, at);
  at++;
  while (at < end && (buffer[at] === 32 || buffer[at] === 9)) at++;
  const valueStart = at;
  at = skipText(buffer, at, end);
  if (at + 1 >= end && (at >= end || buffer[at] === CR)) return incomplete;
  if (buffer[at] !== CR || buffer[at + 1] !== LF)
    return scanOddValue(buffer, from, name, valueStart, at, end);
  let valueEnd = at;
  while (valueEnd > valueStart && (buffer[valueEnd - 1] === 32 || buffer[valueEnd - 1] === 9)) valueEnd--;
  if (valueEnd < at && (name.role & framingRoles) !== 0 && hasTab(buffer, valueEnd, at)) {
    return refuseScan(refuse(Refusal.invalidCharacters, `tab behind the value of ${name.text}`));
  }
  fieldScan.add(name, from, valueStart, valueEnd);
  return at + 2;
}

/** Position of the first byte at or after `from` that is no text; four bytes a turn, as long as there are four. */
function skipText(buffer: Buffer, from: number, end: number): number {
  let at = from;
  const last = end - 4;
  while (
    at <= last &&
    (valueByte[buffer[at]!]! &
      valueByte[buffer[at + 1]!]! &
      valueByte[buffer[at + 2]!]! &
      valueByte[buffer[at + 3]!]!) ===
      1
  ) {
    at += 4;
  }
  while (at < end && valueByte[buffer[at]!] === 1) at++;
  return at;
}

/** llhttp takes a tab behind `chunked` for a part of it: whoever stands behind us must not frame otherwise. */
function hasTab(buffer: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (buffer[i] === 9) return true;
  return false;
}

/** A value with something in it besides text: bare CRs are skipped, to be deleted later; all else is refused. */
function scanOddValue(
  buffer: Buffer,
  nameStart: number,
  name: HeaderName,
  valueStart: number,
  from: number,
  end: number,
): number {
  let at = from;
  for (;;) {
    while (at < end && valueByte[buffer[at]!] === 1) at++;
    if (at >= end) return incomplete;
    if (buffer[at] !== CR) return refuseScan(valueError(buffer, name, at));
    if (at + 1 >= end) return incomplete;
    if (buffer[at + 1] === LF) break;
    if ((name.role & exactRoles) !== 0) {
      const kind = (name.role & framingRoles) === 0 ? Refusal.invalidCharacters : Refusal.malformed;
      return refuseScan(refuse(kind, `carriage return in the value of ${name.text}`));
    }
    fieldScan.hasBareCr = true;
    at++;
  }
  fieldScan.add(name, nameStart, valueStart, at);
  return at + 2;
}

/** Envoy has words of their own for bytes that are no text at all. */
export function isControl(byte: number): boolean {
  return (byte < 32 && byte !== 9) || byte === 127;
}

function nameError(buffer: Buffer, from: number, at: number): CodecError {
  const byte = buffer[at] ?? 0;
  if (at === from && (byte === 32 || byte === 9))
    return refuse(Refusal.malformed, 'line folding or leading space');
  if (at === from && byte === COLON) return refuse(Refusal.malformed, 'empty header name');
  if (byte === LF || byte === CR) return refuse(Refusal.malformed, 'header line without a colon');
  if (byte === 32 || byte === 9) return refuse(Refusal.malformed, 'space in a header name');
  const kind = isControl(byte) ? Refusal.invalidCharacters : Refusal.malformed;
  return refuse(kind, `byte 0x${byte.toString(16).padStart(2, '0')} in a header name`);
}

function valueError(buffer: Buffer, name: HeaderName, at: number): CodecError {
  const byte = buffer[at] ?? 0;
  if (byte === LF) return refuse(Refusal.malformed, `line of ${name.text} ends without a carriage return`);
  const shown = `0x${byte.toString(16).padStart(2, '0')}`;
  return refuse(Refusal.invalidCharacters, `byte ${shown} in the value of ${name.text}`);
}

/** The text of field `index`; `text` is the scanned section, which began at `base`; not read while there are no strangers. */
export function fieldValue(index: number, text: string, base: number): string {
  const line = fieldScan.lines[index]!;
  if (line !== null) return line.value;
  const spans = fieldScan.spans;
  const value = text.substring(spans[index * 3 + 1]! - base, spans[index * 3 + 2]! - base);
  return fieldScan.hasBareCr && value.includes('\r') ? withoutCarriageReturns(value) : value;
}

/** Envoy deletes a CR that no LF follows. The white space it leaves at the edges goes with it. */
function withoutCarriageReturns(value: string): string {
  const kept = value.replaceAll('\r', '');
  let start = 0;
  let end = kept.length;
  while (start < end && isWhite(kept.charCodeAt(start))) start++;
  while (end > start && isWhite(kept.charCodeAt(end - 1))) end--;
  return kept.slice(start, end);
}

function isWhite(code: number): boolean {
  return code === 32 || code === 9;
}

/** The name of field `index` as the peer spelled it. */
export function fieldSpelling(index: number, text: string, base: number): string {
  const start = fieldScan.spans[index * 3]! - base;
  return text.substring(start, start + fieldScan.names[index]!.text.length);
}
