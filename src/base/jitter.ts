import type { Random } from './random.js';

/** A wait that is longer by a random part of itself, up to `percent`: what began together does not end together. */
export function withJitter(ms: number, percent: number, random: Random): number {
  if (percent <= 0 || ms <= 0) return ms;
  return ms + Math.trunc((ms * percent * random.u32()) / (100 * 0x1_0000_0000));
}
