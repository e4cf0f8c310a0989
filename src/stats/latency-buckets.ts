/**
 * Log-linear buckets, 16 per octave: the sixteen top bits of a double (sign, exponent, four bits of mantissa) are the
 * bucket's key, so that finding it takes no logarithm. Bucket 0 holds zero, bucket 1 what lies below the range, the
 * last one all that lies above it. A bucket contains its lower bound and not its upper one.
 */

/** The kinds of numbers a histogram may hold; `percent` is 100 for all of it. */
export type HistogramUnit = 'ms' | 'us' | 'bytes' | 'percent' | 'count';

export const BUCKETS = 640;
/** Buckets are given memory in runs of this many, four octaves, since most histograms touch two or three runs. */
export const CHUNK_BUCKETS = 64;
export const CHUNK_SHIFT = 6;
export const CHUNK_MASK = CHUNK_BUCKETS - 1;
export const CHUNKS = BUCKETS / CHUNK_BUCKETS;

const PER_OCTAVE = 16;
const SPECIAL = 2;
const EXPONENT_BIAS = 1023;
/** Larger samples count as this one: sums stay finite, and above every range there is. */
export const LARGEST_SAMPLE = 2 ** 50;

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

function lowestExponent(unit: HistogramUnit): number {
  return unit === 'ms' || unit === 'percent' ? -10 : 0;
}

/** What `bucketIndex` needs to know of a unit: the key of its bucket 2 (about 1 µs for milliseconds, else 1). */
export function firstKeyOf(unit: HistogramUnit): number {
  return (EXPONENT_BIAS + lowestExponent(unit)) * PER_OCTAVE;
}

/** Bucket of a sample; NaN and negative samples count as zero. */
export function bucketIndex(value: number, firstKey: number): number {
  if (!(value > 0)) return 0;
  double[0] = value;
  const index = (halves[1]! >>> 16) - firstKey + SPECIAL;
  if (index < SPECIAL) return 1;
  return index < BUCKETS ? index : BUCKETS - 1;
}

/** Inclusive lower bound. */
export function bucketLower(index: number, unit: HistogramUnit): number {
  if (index < SPECIAL) return 0;
  const step = index - SPECIAL;
  const octave = 2 ** (lowestExponent(unit) + Math.floor(step / PER_OCTAVE));
  return octave * (1 + (step % PER_OCTAVE) / PER_OCTAVE);
}

/** Exclusive upper bound; that of bucket 0 is 0. */
export function bucketUpper(index: number, unit: HistogramUnit): number {
  return index === 0 ? 0 : bucketLower(index + 1, unit);
}

/** The middle of a bucket, at most 1/33 away from every sample in it (bucket 1 and the last one excepted). */
export function bucketMiddle(index: number, unit: HistogramUnit): number {
  return (bucketLower(index, unit) + bucketUpper(index, unit)) / 2;
}

/** A sample to send in a bucket's name: the whole number in its middle where it holds one, else the middle. */
export function bucketSample(index: number, unit: HistogramUnit): number {
  const lower = bucketLower(index, unit);
  const upper = bucketUpper(index, unit);
  const middle = (lower + upper) / 2;
  const whole = Math.floor(middle) >= lower ? Math.floor(middle) : Math.ceil(middle);
  return whole >= lower && whole < upper ? whole : middle;
}
