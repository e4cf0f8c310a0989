import { huffmanCodes, huffmanLengths } from './huffman-code.js';

/** Bytes that the Huffman form of a text of characters ≤ U+00FF takes. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += huffmanLengths[text.charCodeAt(i) & 0xff] as number;
  return (bits + 7) >>> 3;
}

/** Writes the Huffman form at `at` and answers the offset behind it; padded with ones (RFC 7541 section 5.2). */
export function huffmanEncode(text: string, target: Buffer, at: number): number {
  let pending = 0;
  let count = 0;
  let end = at;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    const length = huffmanLengths[symbol] as number;
    let code = huffmanCodes[symbol] as number;
    let left = length;
    // At most seven bits are pending: no more than 24 new ones fit into 32.
    if (left > 24) {
      left -= 16;
      pending = ((pending << 16) | (code >>> left)) >>> 0;
      count += 16;
      while (count >= 8) {
        count -= 8;
        target[end++] = pending >>> count;
      }
      code &= (1 << left) - 1;
      pending &= (1 << count) - 1;
    }
    pending = (pending << left) | code;
    count += left;
    while (count >= 8) {
      count -= 8;
      target[end++] = pending >>> count;
    }
    pending &= (1 << count) - 1;
  }
  if (count > 0) target[end++] = (pending << (8 - count)) | (0xff >>> count);
  return end;
}
