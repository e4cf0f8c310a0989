import type { GrpcTimeoutConfig } from '../api/route.js';
import type { RequestHeaders } from '../base/header-map.js';
import { grpcTimeoutText } from '../codec/grpc/timeout-text.js';

const unitsMs: { readonly [unit: string]: number } = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** What the request's `grpc-timeout` says, in milliseconds; undefined without one, or when it cannot be read. */
export function grpcTimeoutMs(headers: RequestHeaders): number | undefined {
  const parts = /^(\d{1,8})([HMSmun])$/.exec(headers.get('grpc-timeout') ?? '');
  if (parts === null) return undefined;
  return Math.ceil(Number(parts[1]) * (unitsMs[parts[2] as string] as number));
}

/**
 * The time that a request's `grpc-timeout` leaves, in milliseconds; undefined without one, or when it cannot be read.
 * The header goes on with it.
 */
export function takeGrpcTimeout(headers: RequestHeaders, config: GrpcTimeoutConfig): number | undefined {
  const askedMs = grpcTimeoutMs(headers);
  if (askedMs === undefined) return undefined;
  const cappedMs = config.maxMs > 0 ? Math.min(askedMs, config.maxMs) : askedMs;
  const leftMs = Math.max(0, cappedMs - config.offsetMs);
  headers.set('grpc-timeout', grpcTimeoutText(leftMs));
  return leftMs;
}
