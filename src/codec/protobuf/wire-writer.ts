import { WireType } from './wire-reader.js';

/** Writes protobuf's wire format, piece by piece. */
export class WireWriter {
  private readonly pieces: Buffer[] = [];

  tag(number: number, wireType: number): void {
    this.varint(BigInt(number * 8 + wireType));
  }

  /** Negative values as 64-bit two's complement. */
  varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    const bytes: number[] = [];
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.pieces.push(Buffer.from(bytes));
  }

  fixed32(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    this.pieces.push(bytes);
  }

  fixed64(value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    this.pieces.push(bytes);
  }

  float(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.pieces.push(bytes);
  }

  double(value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.pieces.push(bytes);
  }

  /** A field whose value has its length before it. */
  block(number: number, bytes: Uint8Array): void {
    this.tag(number, WireType.bytes);
    this.varint(BigInt(bytes.length));
    this.pieces.push(Buffer.from(bytes));
  }

  /** A field that is a small number, not negative. */
  number(number: number, value: number): void {
    this.tag(number, WireType.varint);
    this.varint(BigInt(value));
  }

  /** A text in UTF-8; nothing when it is empty, as proto3 writes. */
  text(number: number, value: string): void {
    if (value !== '') this.block(number, Buffer.from(value));
  }

  finish(): Buffer {
    return Buffer.concat(this.pieces);
  }
}
