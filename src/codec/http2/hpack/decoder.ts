import { DynamicTable } from './dynamic-table.js';
import { type FieldName, fieldName } from './field-name.js';
import { huffmanDecode } from './huffman-decode.js';
import { staticCount, staticNames, staticValues } from './static-table.js';

/** Who gets the fields of a header block, in order. */
export interface FieldSink {
  onField(name: FieldName, value: string): void;
}

/** RFC 9113 section 8.2.1. White space at either end is cut off later, as Envoy does. */
const malformedValue = /[\0-\x08\x0a-\x1f\x7f]/;

/** No length or index that means anything is larger. */
const integerLimit = 0x0fff_ffff;

let scratch = Buffer.allocUnsafeSlow(16_384);

/**
 * Reads header blocks (RFC 7541). The dynamic table keeps names and values as they are handed on, so that a field
 * which repeats costs two array reads.
 */
export class HpackDecoder {
  private readonly table: DynamicTable;
  /** What the peer may resize its table to. */
  private limit: number;
  /** The limit was lowered: the next block must begin with a resize (section 4.2). */
  private needsResize: boolean;
  private at: number;
  private failed: boolean;

  /** `initialBytes` is 4096 until the peer has acknowledged another size. */
  constructor(initialBytes = 4096) {
    this.table = new DynamicTable(initialBytes);
    this.limit = initialBytes;
    this.needsResize = false;
    this.at = 0;
    this.failed = false;
  }

  /** The peer has acknowledged SETTINGS_HEADER_TABLE_SIZE. */
  setLimit(bytes: number): void {
    this.limit = bytes;
    this.needsResize = bytes < this.table.capacityBytes;
  }

  /** Reads the block at [start, end). False: the tables of both sides no longer agree, the connection is lost. */
  decode(buffer: Buffer, start: number, end: number, sink: FieldSink): boolean {
    this.at = start;
    this.failed = false;
    let isFirst = true;
    while (this.at < end) {
      const byte = buffer[this.at] as number;
      if ((byte & 0xe0) === 0x20) {
        if (!isFirst || !this.resize(buffer, end)) return false;
        continue;
      }
      if (this.needsResize) return false;
      isFirst = false;
      if ((byte & 0x80) !== 0) this.indexed(buffer, end, sink);
      else if ((byte & 0x40) !== 0) this.literal(buffer, end, 0x3f, true, sink);
      else this.literal(buffer, end, 0x0f, false, sink);
      if (this.failed) return false;
    }
    return true;
  }

  private resize(buffer: Buffer, end: number): boolean {
    const bytes = this.integer(buffer, end, 0x1f);
    if (this.failed || bytes > this.limit) return false;
    this.table.resize(bytes);
    this.needsResize = false;
    return true;
  }

  private indexed(buffer: Buffer, end: number, sink: FieldSink): void {
    const index = this.integer(buffer, end, 0x7f);
    if (index <= staticCount) {
      if (index === 0) this.failed = true;
      else sink.onField(staticNames[index] as FieldName, staticValues[index] as string);
      return;
    }
    const { table } = this;
    const at = index - staticCount - 1;
    if (at >= table.count) this.failed = true;
    else sink.onField(table.nameAt(at), table.valueAt(at));
  }

  private literal(buffer: Buffer, end: number, mask: number, isKept: boolean, sink: FieldSink): void {
    const index = this.integer(buffer, end, mask);
    if (this.failed) return;
    const plain = index === 0 ? fieldName(this.text(buffer, end)) : this.nameOf(index);
    if (this.failed) return;
    const value = this.text(buffer, end);
    if (this.failed) return;
    const name = malformedValue.test(value) ? plain.malformed : plain;
    if (isKept) this.table.add(name, value);
    sink.onField(name, value);
  }

  private nameOf(index: number): FieldName {
    if (index <= staticCount) return staticNames[index] as FieldName;
    const at = index - staticCount - 1;
    if (at < this.table.count) return this.table.nameAt(at).plain;
    this.failed = true;
    return staticNames[0] as FieldName;
  }

  /** An integer whose first byte's prefix is `mask` (section 5.1). */
  private integer(buffer: Buffer, end: number, mask: number): number {
    if (this.at >= end) {
      this.failed = true;
      return 0;
    }
    let value = (buffer[this.at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 28; shift += 7) {
      if (this.at >= end) break;
      const byte = buffer[this.at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) {
        if (value > integerLimit) break;
        return value;
      }
    }
    this.failed = true;
    return 0;
  }

  private text(buffer: Buffer, end: number): string {
    const isHuffman = this.at < end && ((buffer[this.at] as number) & 0x80) !== 0;
    const length = this.integer(buffer, end, 0x7f);
    const start = this.at;
    const stop = start + length;
    if (this.failed || stop > end) {
      this.failed = true;
      return '';
    }
    this.at = stop;
    if (!isHuffman) return buffer.latin1Slice(start, stop);
    if (scratch.length < length * 2) scratch = Buffer.allocUnsafeSlow(length * 2);
    const decoded = huffmanDecode(buffer, start, stop, scratch);
    if (decoded >= 0) return scratch.latin1Slice(0, decoded);
    this.failed = true;
    return '';
  }
}
