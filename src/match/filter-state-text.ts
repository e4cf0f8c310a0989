import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';

/** Filter state prints itself; structures print as JSON. */
export function filterStateText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && isPlainObject(value as Plain) && !('toJSON' in value))
    return JSON.stringify(value);
  return String(value);
}
