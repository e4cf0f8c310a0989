import { WireWriter } from '../protobuf/wire-writer.js';

export type RateLimitEntry = readonly [key: string, value: string];

/** A limit that takes the place of the service's own; `unit` as in `envoy.type.v3.RateLimitUnit`. */
export interface RateLimitOverride {
  readonly requestsPerUnit: number;
  readonly unit: number;
}

/** What may be limited; texts have one character per byte. */
export interface AskedDescriptor {
  readonly entries: readonly RateLimitEntry[];
  readonly limit?: RateLimitOverride | null;
  /** Undefined: as many as the whole request says. */
  readonly hits?: number | undefined;
  readonly isNegativeHits?: boolean;
}

/** `envoy.service.ratelimit.v3.RateLimitRequest`; no `hits` means one. */
export function encodeRateLimitRequest(
  domain: string,
  descriptors: readonly AskedDescriptor[],
  hits = 0,
): Buffer {
  const request = new WireWriter();
  request.text(1, domain);
  for (const descriptor of descriptors) request.block(2, encodeDescriptor(descriptor));
  if (hits > 0) request.number(3, hits);
  return request.finish();
}

function encodeDescriptor({ entries, limit, hits, isNegativeHits }: AskedDescriptor): Buffer {
  const descriptor = new WireWriter();
  for (const [key, value] of entries) descriptor.block(1, encodeEntry(key, value));
  if (limit !== undefined && limit !== null) {
    const override = new WireWriter();
    if (limit.requestsPerUnit > 0) override.number(1, limit.requestsPerUnit);
    if (limit.unit > 0) override.number(2, limit.unit);
    descriptor.block(2, override.finish());
  }
  if (hits !== undefined) {
    const wrapped = new WireWriter();
    if (hits > 0) wrapped.number(1, hits);
    descriptor.block(3, wrapped.finish());
  }
  if (isNegativeHits === true) descriptor.number(4, 1);
  return descriptor.finish();
}

function encodeEntry(key: string, value: string): Buffer {
  const entry = new WireWriter();
  if (key !== '') entry.block(1, Buffer.from(key, 'latin1'));
  if (value !== '') entry.block(2, Buffer.from(value, 'latin1'));
  return entry.finish();
}
