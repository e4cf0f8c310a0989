/**
 * Another 32-bit number for each, of which each bit depends on all: whoever chooses the numbers, and does not know the
 * seed, does not choose where they come to stand in a table.
 */
export function mixedBits(number: number, seed: number): number {
  let bits = Math.imul(number ^ seed, 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x297a2d39);
  return bits ^ (bits >>> 16);
}
