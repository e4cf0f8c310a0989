/** Objects of fewer keys never become dictionaries. */
const fewKeys = 12;

/**
 * Decoded data as a program would have written it. An object that a decoder fills key by key is a dictionary to V8 from
 * about a dozen keys on: each reading of a property then hashes its name, also in optimised code. A copy made in one go
 * has a shape. Arrays and objects are changed in place: the value is the caller's alone.
 */
export function compacted(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = compacted(value[i]);
    return value;
  }
  if (!isFilled(value)) return value;
  const keys = Object.keys(value);
  for (const key of keys) {
    const inner = value[key];
    if (typeof inner === 'object') value[key] = compacted(inner);
  }
  return keys.length > fewKeys ? { ...value } : value;
}

function isFilled(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}
