/** Kinds of values on the wire, the low three bits of a tag. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/**
 * Reads protobuf's wire format. Bytes that make no sense set `isBroken`; what is read then is zero, and the reader is at
 * its end.
 */
export class WireReader {
  private readonly bytes: Buffer;
  private at: number;
  private end: number;
  isBroken: boolean;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
    this.isBroken = false;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** Field number times eight, plus the wire type; 0 when there is none. */
  tag(): number {
    const tag = Number(this.varint() & 0xffff_ffffn);
    if (tag >>> 3 === 0) this.fail();
    return this.isBroken ? 0 : tag;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.at >= this.end) break;
      const byte = this.bytes[this.at++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    this.fail();
    return 0n;
  }

  fixed32(): number {
    return this.has(4) ? this.bytes.readUInt32LE(this.at - 4) : 0;
  }

  fixed64(): bigint {
    return this.has(8) ? this.bytes.readBigUInt64LE(this.at - 8) : 0n;
  }

  float(): number {
    return this.has(4) ? this.bytes.readFloatLE(this.at - 4) : 0;
  }

  double(): number {
    return this.has(8) ? this.bytes.readDoubleLE(this.at - 8) : 0;
  }

  /** Bytes behind their length; a view, not a copy. */
  block(): Buffer {
    const length = Number(this.varint());
    return this.has(length) ? this.bytes.subarray(this.at - length, this.at) : noBytes;
  }

  skip(wireType: number): void {
    if (wireType === WireType.varint) this.varint();
    else if (wireType === WireType.fixed64) this.has(8);
    else if (wireType === WireType.bytes) this.block();
    else if (wireType === WireType.fixed32) this.has(4);
    else this.fail();
  }

  private has(length: number): boolean {
    if (this.isBroken || length > this.end - this.at) {
      this.fail();
      return false;
    }
    this.at += length;
    return true;
  }

  private fail(): void {
    this.isBroken = true;
    this.at = this.end;
  }
}

const noBytes = Buffer.alloc(0);
