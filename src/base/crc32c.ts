/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f63b78;

const table = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let rest = i;
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ polynomial;
  table[i] = rest;
}

/** CRC-32C (RFC 3720, appendix B.4) of bytes. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffffffff;
  for (let i = start; i < end; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
