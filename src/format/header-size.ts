import type { HeaderMap } from '../base/header-map.js';

export const requestPseudo = [':method', ':path', ':authority', ':scheme', ':protocol'];
export const responsePseudo = [':status'];

/** Bytes of names and values, pseudo-headers among them. */
export function sizeOf(headers: HeaderMap | null, pseudoNames: readonly string[]): number {
  if (headers === null) return 0;
  let bytes = headers.byteSize() - 4 * headers.size;
  for (const name of pseudoNames) {
    const value = headers.get(name);
    if (value !== undefined) bytes += name.length + value.length;
  }
  return bytes;
}
