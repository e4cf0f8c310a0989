import type { Plain } from '../../base/plain.js';
import { decodeStruct } from '../protobuf/struct.js';
import { WireReader, WireType } from '../protobuf/wire-reader.js';

/** What a rate limit service says of a connection: the part of `RateLimitResponse` that concerns one. */
export interface RateLimitVerdict {
  readonly isOverLimit: boolean;
  readonly metadata: { readonly [key: string]: Plain };
}

const Field = { overallCode: 1, metadata: 6 } as const;
const overLimit = 2n;

/** Null when the bytes are no answer. */
export function decodeRateLimitVerdict(bytes: Buffer): RateLimitVerdict | null {
  const reader = new WireReader(bytes);
  let isOverLimit = false;
  let metadata: RateLimitVerdict['metadata'] = {};
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === Field.overallCode * 8 + WireType.varint) {
      isOverLimit = reader.varint() === overLimit;
    } else if (tag === Field.metadata * 8 + WireType.bytes) {
      const fields = decodeStruct(reader.block());
      if (fields === null) return null;
      metadata = fields;
    } else {
      reader.skip(tag & 7);
    }
  }
  return reader.isBroken ? null : { isOverLimit, metadata };
}
