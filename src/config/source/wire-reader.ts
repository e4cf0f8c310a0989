import { SourceSyntaxError } from './source-text.js';

/** Protobuf's wire format: varints, fixed widths and lengths. Ends of the input are checked by every read. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  at: number;

  constructor(bytes: Uint8Array, from = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = from;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#end;
  }

  #need(count: number): number {
    const from = this.at;
    if (count > this.#end - from) throw new SourceSyntaxError('the message ends too early', from);
    this.at = from + count;
    return from;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#need(1)]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new SourceSyntaxError('a varint has more than ten bytes', this.at);
  }

  /** A varint that is a tag or a length. */
  small(): number {
    const value = this.varint();
    if (value > 0xffff_ffffn) throw new SourceSyntaxError('a tag or length is out of range', this.at);
    return Number(value);
  }

  fixed32(): number {
    return this.#view.getUint32(this.#need(4), true);
  }

  float(): number {
    return this.#view.getFloat32(this.#need(4), true);
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#need(8), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#need(8), true);
  }

  /** A reader over the next length-delimited part. */
  part(): WireReader {
    const length = this.small();
    const from = this.#need(length);
    return new WireReader(this.#bytes, from, from + length);
  }

  /** The rest, copied. */
  rest(): Uint8Array {
    const from = this.at;
    this.at = this.#end;
    return this.#bytes.slice(from, this.#end);
  }

  /** Over a value that nobody knows. */
  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#need(8);
    else if (wireType === 2) this.#need(this.small());
    else if (wireType === 5) this.#need(4);
    else throw new SourceSyntaxError(`wire type ${wireType} is not supported`, this.at);
  }
}
