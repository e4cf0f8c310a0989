const wordsPerSlot = 3;
const slotsPerRow = 2;

/** Shared memory holds no more values of one wildcard; beyond it the oldest goes. */
export const mostDynamicBuckets = 1024;

/**
 * A bounded table of buckets by text that all threads share: the value not seen for longest makes place for a new
 * one. Each thread remembers where a text was last; a glance at the slot tells whether it is still there.
 *
 *   slot   0 hash of the text, 0n while free · 1 the bucket's word · 2 when it was last asked for, ms
 */
export class DynamicBuckets<B> {
  private readonly slots: readonly BigInt64Array[];
  private readonly places: Map<string, { readonly hash: bigint; readonly slot: number; readonly bucket: B }>;
  private readonly make: (word: BigInt64Array) => B;

  /** `row(i)` gives seven shared words, the same ones in every thread. */
  constructor(limit: number, row: (index: number) => BigInt64Array, make: (word: BigInt64Array) => B) {
    const count = Math.min(limit, mostDynamicBuckets);
    const slots: BigInt64Array[] = [];
    for (let i = 0; slots.length < count; i++) {
      const words = row(i);
      for (let at = 0; at < slotsPerRow && slots.length < count; at++) {
        slots.push(words.subarray(at * wordsPerSlot, (at + 1) * wordsPerSlot));
      }
    }
    this.slots = slots;
    this.places = new Map();
    this.make = make;
  }

  get(text: string, nowMs: number): B {
    const known = this.places.get(text);
    if (known !== undefined) {
      const slot = this.slots[known.slot] as BigInt64Array;
      if (Atomics.load(slot, 0) === known.hash) {
        Atomics.store(slot, 2, BigInt(Math.floor(nowMs)));
        return known.bucket;
      }
    }
    return this.place(text, nowMs);
  }

  private place(text: string, nowMs: number): B {
    const hash = hashOf(text);
    const index = this.slotOf(hash);
    const slot = this.slots[index] as BigInt64Array;
    if (Atomics.exchange(slot, 0, hash) !== hash) Atomics.store(slot, 1, 0n);
    Atomics.store(slot, 2, BigInt(Math.floor(nowMs)));
    const bucket = this.make(slot.subarray(1, 2));
    // Texts whose slots were given away are forgotten all at once, now and then.
    if (this.places.size >= this.slots.length * 2) this.places.clear();
    this.places.set(text, { hash, slot: index, bucket });
    return bucket;
  }

  /** The slot of that hash, a free one, or the one that was not asked for longest. */
  private slotOf(hash: bigint): number {
    let oldest = 0;
    let oldestMs: bigint | null = null;
    for (let i = 0; i < this.slots.length; i++) {
      const slot = this.slots[i] as BigInt64Array;
      const found = Atomics.load(slot, 0);
      if (found === hash) return i;
      const usedMs = found === 0n ? -1n : Atomics.load(slot, 2);
      if (oldestMs === null || usedMs < oldestMs) {
        oldest = i;
        oldestMs = usedMs;
      }
    }
    return oldest;
  }
}

/** Two halves of 32 bits, never zero. */
function hashOf(text: string): bigint {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 13);
  }
  const hash = BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
  return hash === 0n ? 1n : hash;
}
