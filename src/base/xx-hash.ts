/**
 * xxHash64 (the XXH64 algorithm of the xxHash specification, github.com/Cyan4973/xxHash) over the bytes of a text whose
 * characters are all ≤ U+00FF, in halves of 32 bits: several times cheaper than BigInt arithmetic.
 */
export function xxHash64(text: string, seed: number | bigint = 0): bigint {
  if (typeof seed === 'number') hash(text, 0, seed);
  else hash(text, Number((seed >> 32n) & 0xffff_ffffn), Number(seed & 0xffff_ffffn));
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** The result of the arithmetic below; both halves are signed. */
let high = 0;
let low = 0;

const prime1 = [0x9e3779b1, 0x85ebca87] as const;
const prime2 = [0xc2b2ae3d, 0x27d4eb4f] as const;
const prime3 = [0x165667b1, 0x9e3779f9] as const;
const prime4 = [0x85ebca77, 0xc2b2ae63] as const;
const prime5 = [0x27d4eb2f, 0x165667c5] as const;

type Prime = readonly [high: number, low: number];

/** Halves of the four lanes, high before low. */
const lanes = new Int32Array(8);

function set(newHigh: number, newLow: number): void {
  high = newHigh | 0;
  low = newLow | 0;
}

function add(otherHigh: number, otherLow: number): void {
  const sum = (low >>> 0) + (otherLow >>> 0);
  high = (high + otherHigh + (sum > 0xffffffff ? 1 : 0)) | 0;
  low = sum | 0;
}

function addPrime(prime: Prime): void {
  add(prime[0], prime[1]);
}

function multiply(prime: Prime): void {
  const primeHigh = prime[0];
  const primeLow = prime[1];
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = primeLow & 0xffff;
  const b1 = primeLow >>> 16;
  const p00 = a0 * b0;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = (p00 >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
  const top = a1 * b1 + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16);
  high = (top + Math.imul(high, primeLow) + Math.imul(low, primeHigh)) | 0;
  low = (middle << 16) | (p00 & 0xffff);
}

/** By 1 to 31 bits. */
function rotateLeft(bits: number): void {
  const newHigh = (high << bits) | (low >>> (32 - bits));
  low = (low << bits) | (high >>> (32 - bits));
  high = newHigh;
}

/** XOR with itself shifted right by 29, 32 or 33 bits. */
function xorShifted(bits: number): void {
  if (bits === 32) low ^= high;
  else if (bits > 32) low ^= high >>> (bits - 32);
  else {
    low ^= (low >>> bits) | (high << (32 - bits));
    high ^= high >>> bits;
  }
}

function word(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}

/** round(0, input): the accumulator's part is added by the caller. */
function roundOf(accumulatorHigh: number, accumulatorLow: number, inputHigh: number, inputLow: number): void {
  set(inputHigh, inputLow);
  multiply(prime2);
  add(accumulatorHigh, accumulatorLow);
  rotateLeft(31);
  multiply(prime1);
}

function hash(text: string, seedHigh: number, seedLow: number): void {
  const { length } = text;
  let at = 0;
  if (length >= 32) at = hashBlocks(text, seedHigh, seedLow);
  else {
    set(seedHigh, seedLow);
    addPrime(prime5);
  }
  add(0, length);
  hashRest(text, at);
  xorShifted(33);
  multiply(prime2);
  xorShifted(29);
  multiply(prime3);
  xorShifted(32);
}

/** Whole blocks of 32 bytes; answers where they end. */
function hashBlocks(text: string, seedHigh: number, seedLow: number): number {
  startLanes(seedHigh, seedLow);
  let at = 0;
  for (; at + 32 <= text.length; at += 32) {
    for (let lane = 0; lane < 8; lane += 2) {
      const from = at + lane * 4;
      roundOf(lanes[lane] as number, lanes[lane + 1] as number, word(text, from + 4), word(text, from));
      lanes[lane] = high;
      lanes[lane + 1] = low;
    }
  }
  mergeLanes();
  return at;
}

function startLanes(seedHigh: number, seedLow: number): void {
  const store = (lane: number): void => {
    lanes[lane] = high;
    lanes[lane + 1] = low;
  };
  set(seedHigh, seedLow);
  store(4);
  addPrime(prime2);
  store(2);
  addPrime(prime1);
  store(0);
  set(seedHigh, seedLow);
  // Minus the first prime, in two's complement.
  add(~prime1[0], -prime1[1]);
  store(6);
}

const laneRotations = [1, 7, 12, 18] as const;

function mergeLanes(): void {
  let sumHigh = 0;
  let sumLow = 0;
  for (let i = 0; i < 4; i++) {
    set(lanes[i * 2] as number, lanes[i * 2 + 1] as number);
    rotateLeft(laneRotations[i] as number);
    add(sumHigh, sumLow);
    sumHigh = high;
    sumLow = low;
  }
  for (let lane = 0; lane < 8; lane += 2) {
    roundOf(0, 0, lanes[lane] as number, lanes[lane + 1] as number);
    set(high ^ sumHigh, low ^ sumLow);
    multiply(prime1);
    addPrime(prime4);
    sumHigh = high;
    sumLow = low;
  }
}

/** The last 31 bytes at most. */
function hashRest(text: string, start: number): void {
  let at = start;
  for (; at + 8 <= text.length; at += 8) {
    const keptHigh = high;
    const keptLow = low;
    roundOf(0, 0, word(text, at + 4), word(text, at));
    set(high ^ keptHigh, low ^ keptLow);
    rotateLeft(27);
    multiply(prime1);
    addPrime(prime4);
  }
  if (at + 4 <= text.length) {
    const keptHigh = high;
    const keptLow = low;
    set(0, word(text, at));
    multiply(prime1);
    set(high ^ keptHigh, low ^ keptLow);
    rotateLeft(23);
    multiply(prime2);
    addPrime(prime3);
    at += 4;
  }
  for (; at < text.length; at++) {
    const keptHigh = high;
    const keptLow = low;
    set(0, text.charCodeAt(at));
    multiply(prime5);
    set(high ^ keptHigh, low ^ keptLow);
    rotateLeft(11);
    multiply(prime1);
  }
}
