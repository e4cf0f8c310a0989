import type { Plain } from './plain.js';

/** A plain object, as opposed to a list, bytes or a scalar. */
export function isPlainObject(value: Plain): value is { readonly [key: string]: Plain } {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** The value under a path of keys, undefined when there is none. */
export function plainAt(value: Plain, path: readonly string[]): Plain {
  let current = value;
  for (const key of path) {
    if (!isPlainObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}
