import type { Rules } from './schema.js';

type Loose = Readonly<Record<string, unknown>>;

function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const NESTED = new Set(['items', 'keys', 'values']);
const LISTS = new Set(['in', 'not_in']);
const BOUNDS = new Set(['const', 'lt', 'lte', 'gt', 'gte']);
const IGNORED = new Set(['no_sparse', 'within', 'lt_now', 'gt_now', 'not_in_bytes']);

function milliseconds(value: Loose): number {
  return Number(value['seconds'] ?? 0) * 1000 + Number(value['nanos'] ?? 0) / 1e6;
}

/** `validate.FieldRules` as parsed from an option, with the layer that names the type taken out. */
export function flattenRules(fieldRules: unknown): Rules | undefined {
  if (!isLoose(fieldRules)) return undefined;
  const flat: Record<string, unknown> = {};
  for (const ofKind of Object.values(fieldRules)) {
    if (!isLoose(ofKind)) continue;
    for (const [key, value] of Object.entries(ofKind)) {
      if (IGNORED.has(key) || (value === false && key !== 'strict')) continue;
      if (NESTED.has(key)) flat[key] = flattenRules(value);
      else if (LISTS.has(key)) flat[key] = Array.isArray(value) ? value : [value];
      else if (BOUNDS.has(key) && isLoose(value)) flat[key] = milliseconds(value);
      else flat[key] = value;
    }
  }
  const entries = Object.entries(flat).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
