import type { Plain } from '../../base/plain.js';
import { decodeStruct } from '../protobuf/struct.js';
import { WireReader, WireType } from '../protobuf/wire-reader.js';

/** The limit that a descriptor met. */
export interface MetLimit {
  readonly requestsPerUnit: number;
  /** As in `RateLimitResponse.RateLimit.Unit`. */
  readonly unit: number;
  readonly name: string;
}

/** What the service says of one descriptor. */
export interface DescriptorStatus {
  readonly isOverLimit: boolean;
  /** Null: none is configured for it. */
  readonly limit: MetLimit | null;
  readonly remaining: number;
  readonly resetSeconds: number;
}

type Fields = readonly (readonly [name: string, value: string])[];

/** `envoy.service.ratelimit.v3.RateLimitResponse`; texts have one character per byte. */
export interface RateLimitAnswer {
  readonly isOverLimit: boolean;
  readonly statuses: readonly DescriptorStatus[];
  readonly responseHeaders: Fields;
  readonly requestHeaders: Fields;
  readonly body: Buffer;
  /** Null: there is none. */
  readonly metadata: { readonly [key: string]: Plain } | null;
}

const overLimit = 2n;

/** Null when the bytes are no answer. */
export function decodeRateLimitAnswer(bytes: Buffer): RateLimitAnswer | null {
  const reader = new WireReader(bytes);
  const statuses: (DescriptorStatus | null)[] = [];
  const headers: { readonly [field: number]: (readonly [name: string, value: string])[] } = { 3: [], 4: [] };
  let isOverLimit = false;
  let body = Buffer.alloc(0);
  let metadata: RateLimitAnswer['metadata'] = null;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const field = tag >>> 3;
    if (tag === 1 * 8 + WireType.varint) isOverLimit = reader.varint() === overLimit;
    else if ((tag & 7) !== WireType.bytes) reader.skip(tag & 7);
    else {
      const block = reader.block();
      if (field === 2) statuses.push(readStatus(block));
      else if (field === 5) body = Buffer.from(block);
      else if (field === 6) metadata = decodeStruct(block);
      else headers[field]?.push(readHeader(block));
      if (field === 6 && metadata === null) return null;
    }
  }
  if (reader.isBroken || statuses.includes(null)) return null;
  return {
    isOverLimit,
    statuses: statuses as DescriptorStatus[],
    responseHeaders: headers[3] ?? [],
    requestHeaders: headers[4] ?? [],
    body,
    metadata,
  };
}

function readStatus(bytes: Buffer): DescriptorStatus | null {
  const reader = new WireReader(bytes);
  let isOverLimit = false;
  let limit: MetLimit | null = null;
  let remaining = 0;
  let resetSeconds = 0;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === 1 * 8 + WireType.varint) isOverLimit = reader.varint() === overLimit;
    else if (tag === 2 * 8 + WireType.bytes) limit = readLimit(reader.block());
    else if (tag === 3 * 8 + WireType.varint) remaining = Number(BigInt.asUintN(32, reader.varint()));
    else if (tag === 4 * 8 + WireType.bytes) resetSeconds = readSeconds(reader.block());
    else reader.skip(tag & 7);
  }
  return reader.isBroken ? null : { isOverLimit, limit, remaining, resetSeconds };
}

function readLimit(bytes: Buffer): MetLimit {
  const reader = new WireReader(bytes);
  let [requestsPerUnit, unit, name] = [0, 0, ''];
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === 1 * 8 + WireType.varint) requestsPerUnit = Number(BigInt.asUintN(32, reader.varint()));
    else if (tag === 2 * 8 + WireType.varint) unit = Number(BigInt.asIntN(32, reader.varint()));
    else if (tag === 3 * 8 + WireType.bytes) name = reader.block().toString('latin1');
    else reader.skip(tag & 7);
  }
  return { requestsPerUnit, unit, name };
}

function readSeconds(bytes: Buffer): number {
  const reader = new WireReader(bytes);
  let seconds = 0n;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === 1 * 8 + WireType.varint) seconds = BigInt.asIntN(64, reader.varint());
    else reader.skip(tag & 7);
  }
  return Number(seconds);
}

/** `core.v3.HeaderValue`. */
function readHeader(bytes: Buffer): readonly [name: string, value: string] {
  const reader = new WireReader(bytes);
  const texts = ['', '', '', ''];
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if ((tag & 7) === WireType.bytes) texts[tag >>> 3] = reader.block().toString('latin1');
    else reader.skip(tag & 7);
  }
  return [(texts[1] ?? '').toLowerCase(), texts[2] || (texts[3] ?? '')];
}
