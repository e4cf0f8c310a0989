import type { Plain } from '../../../../base/plain.js';
import { isPlainObject } from '../../../../base/plain-path.js';

export type JsonObject = { readonly [key: string]: Plain };

/** An object of JSON in bytes; null when it is something else, or no JSON. */
export function parseObject(bytes: Uint8Array): JsonObject | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  try {
    const parsed: Plain = JSON.parse(text);
    return isPlainObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function own(object: JsonObject, key: string): Plain {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Empty where there is none; null where it is no text. */
export function textField(object: JsonObject, key: string): string | null {
  const value = own(object, key);
  if (value === undefined) return '';
  return typeof value === 'string' ? value : null;
}

/** Empty where there is none; null where it is no object. */
export function objectField(object: JsonObject, key: string): JsonObject | null {
  const value = own(object, key);
  if (value === undefined) return {};
  return isPlainObject(value) ? value : null;
}

/** Empty where there is none; null where it is no list of objects. */
export function objectsField(object: JsonObject, key: string): readonly JsonObject[] | null {
  const value = own(object, key);
  if (value === undefined) return [];
  if (!Array.isArray(value)) return null;
  const items: readonly Plain[] = value;
  return items.every(isPlainObject) ? items : null;
}
