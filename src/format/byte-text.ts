import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';

const beyondAscii = /[^\0-\x7f]/;

/**
 * Formats produce byte texts: each character is one byte, as header values are. Text of the configuration is UTF-8
 * on the wire and in log files, so its characters beyond ASCII become their bytes here.
 */
export function toByteText(text: string): string {
  return beyondAscii.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

const needsEscape = /["\\\0-\x1f]/;

/** A byte text as a JSON string; bytes beyond ASCII stay as they are. */
export function quoteByteText(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** JSON of configuration data or metadata, as byte text; keys in order, as Envoy prints structures. */
export function jsonByteText(value: Plain): string {
  return toByteText(JSON.stringify(inOrder(value ?? null)));
}

function inOrder(value: Plain): Plain {
  if (Array.isArray(value)) return (value as readonly Plain[]).map(inOrder);
  if (!isPlainObject(value)) return value;
  const sorted: { [key: string]: Plain } = {};
  for (const key of Object.keys(value).sort()) sorted[key] = inOrder(value[key]);
  return sorted;
}

/** How metadata and filter state print: a string as it is, anything else as JSON. */
export function plainByteText(value: Plain): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? toByteText(value) : jsonByteText(value);
}

/** The text whose UTF-8 bytes a byte text holds: what goes from headers into metadata and filter state. */
export function fromByteText(text: string): string {
  return beyondAscii.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}
