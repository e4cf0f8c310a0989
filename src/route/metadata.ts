import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';

/** Both questions by filter name and key; where they differ the second one counts. */
export function mergeMetadata(first: Plain, second: Plain): Plain {
  if (!isPlainObject(second)) return first;
  if (!isPlainObject(first)) return second;
  const merged: { [filter: string]: Plain } = { ...first };
  for (const [filter, values] of Object.entries(second)) {
    const own = merged[filter];
    merged[filter] = isPlainObject(own) && isPlainObject(values) ? { ...own, ...values } : values;
  }
  return merged;
}
