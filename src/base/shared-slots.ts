const slotWords = 8;

/**
 * A table in shared memory whose rows every thread finds by name, without asking anybody: the first to ask takes a
 * free row with one compare-and-exchange, the others find it. Rows live as long as the table and begin at zero. Names
 * are kept as 64-bit hashes; that two of a few thousand names share one is as good as impossible.
 *
 *   row   0 hash of the name, 0n while free · 1…7 the words of its users
 */
export class SharedSlots {
  private readonly words: BigInt64Array;
  private readonly slots: number;

  /** The table is the front of `buffer`, or all of it. */
  constructor(buffer: SharedArrayBuffer, slots = buffer.byteLength / (slotWords * 8)) {
    this.words = new BigInt64Array(buffer, 0, slots * slotWords);
    this.slots = slots;
  }

  static allocate(slots: number): SharedArrayBuffer {
    return new SharedArrayBuffer(slots * slotWords * 8);
  }

  /** The seven words under that name; null when no row is left. */
  find(name: string): BigInt64Array | null {
    const hash = hashOf(name);
    const first = Number(BigInt.asUintN(32, hash)) % this.slots;
    for (let i = 0; i < this.slots; i++) {
      const at = ((first + i) % this.slots) * slotWords;
      const found = Atomics.compareExchange(this.words, at, 0n, hash);
      if (found === 0n || found === hash) return this.words.subarray(at + 1, at + slotWords);
    }
    return null;
  }
}

/** FNV-1a over the UTF-8 bytes, 64 bits, never zero. */
function hashOf(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return BigInt.asIntN(64, hash === 0n ? 1n : hash);
}
