import type { RequestHeaders } from '../../../../base/header-map.js';
import { isGrpcRetryCondition, isRetryCondition } from '../../../../upstream/attempt/retry-conditions.js';

const number = /^\s*\+?\d+\s*$/;

function isUnsigned64(value: string): boolean {
  return number.test(value) && BigInt(value.replace('+', '')) < 2n ** 64n;
}

/** Blank parts are none. */
function areAll(value: string, isKnown: (token: string) => boolean): boolean {
  return value.split(',').every((part) => part.trim() === '' || isKnown(part.trim()));
}

function makesSense(name: string, value: string): boolean {
  if (name === 'x-envoy-retry-on') return areAll(value, isRetryCondition);
  if (name === 'x-envoy-retry-grpc-on') return areAll(value, isGrpcRetryCondition);
  return isUnsigned64(value);
}

/** The first of those headers whose value makes no sense; null when all do. */
export function findInvalid(
  headers: RequestHeaders,
  names: readonly string[],
): { readonly name: string; readonly value: string } | null {
  for (const name of names) {
    const value = headers.joined(name);
    if (value !== undefined && !makesSense(name, value)) return { name, value };
  }
  return null;
}
