/** The multiplier 0xc6a4a7935bd1e995 in two halves. */
const highFactor = 0xc6a4a793;
const lowFactor = 0x5bd1e995;

/** The hash on its way, in two halves: numbers of 32 bits are several times as fast as BigInts (bench/micro). */
let high = 0;
let low = 0;

/** Multiplies by the factor, modulo 2^64. */
function multiply(): void {
  const l0 = low & 0xffff;
  const l1 = low >>> 16;
  const f0 = lowFactor & 0xffff;
  const f1 = lowFactor >>> 16;
  const middle = l1 * f0 + ((l0 * f0) >>> 16);
  const carried = l0 * f1 + (middle & 0xffff);
  // What the product of the low halves leaves for the high one.
  const overflow = l1 * f1 + Math.floor(middle / 65_536) + Math.floor(carried / 65_536);
  high = (Math.imul(high, lowFactor) + Math.imul(low, highFactor) + overflow) | 0;
  low = Math.imul(low, lowFactor);
}

/** `h ^= h >> 47` */
function mix(): void {
  low ^= high >>> 15;
}

function wordAt(text: string, at: number): number {
  return (
    (text.charCodeAt(at) & 0xff) |
    ((text.charCodeAt(at + 1) & 0xff) << 8) |
    ((text.charCodeAt(at + 2) & 0xff) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}

/** MurmurHash2 of 64 bits (Austin Appleby, MurmurHash64A) over the bytes of a text, as libstdc++'s `std::hash` seeds it. */
export function murmurHash64(text: string, seed = 0xc70f6907n): bigint {
  const { length } = text;
  const blocks = length & ~7;
  high = 0;
  low = length;
  multiply();
  let hashHigh = high ^ Number(seed >> 32n);
  let hashLow = low ^ Number(seed & 0xffff_ffffn);
  for (let at = 0; at < blocks; at += 8) {
    low = wordAt(text, at);
    high = wordAt(text, at + 4);
    multiply();
    mix();
    multiply();
    low ^= hashLow;
    high ^= hashHigh;
    multiply();
    hashLow = low;
    hashHigh = high;
  }
  low = hashLow;
  high = hashHigh;
  if (blocks < length) {
    for (let at = blocks; at < length; at++) {
      const shift = (at - blocks) * 8;
      const byte = text.charCodeAt(at) & 0xff;
      if (shift < 32) low ^= byte << shift;
      else high ^= byte << (shift - 32);
    }
    multiply();
  }
  mix();
  multiply();
  mix();
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
