import { WireWriter } from '../protobuf/wire-writer.js';

export type RateLimitEntry = readonly [key: string, value: string];

/** `envoy.service.ratelimit.v3.RateLimitRequest`; texts have one character per byte. */
export function encodeRateLimitRequest(
  domain: string,
  descriptors: readonly (readonly RateLimitEntry[])[],
): Buffer {
  const request = new WireWriter();
  request.text(1, domain);
  for (const entries of descriptors) {
    const descriptor = new WireWriter();
    for (const [key, value] of entries) descriptor.block(1, encodeEntry(key, value));
    request.block(2, descriptor.finish());
  }
  return request.finish();
}

function encodeEntry(key: string, value: string): Buffer {
  const entry = new WireWriter();
  if (key !== '') entry.block(1, Buffer.from(key, 'latin1'));
  if (value !== '') entry.block(2, Buffer.from(value, 'latin1'));
  return entry.finish();
}
