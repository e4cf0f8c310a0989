import { WireReader, WireType } from './wire-reader.js';

/**
 * Shows every field of a message that is a number or has bytes, in order; the others are skipped. Answers false, where
 * it can, when the bytes are no message.
 */
export function eachField(bytes: Buffer, visit: (number: number, value: bigint | Buffer) => void): boolean {
  const reader = new WireReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const wireType = tag & 7;
    if (wireType === WireType.bytes) {
      const block = reader.block();
      if (!reader.isBroken) visit(tag >>> 3, block);
    } else if (wireType === WireType.varint) {
      const value = reader.varint();
      if (!reader.isBroken) visit(tag >>> 3, value);
    } else {
      reader.skip(wireType);
    }
  }
  return !reader.isBroken;
}
