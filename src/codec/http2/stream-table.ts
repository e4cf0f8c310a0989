/** Slots of a new table; always a power of two. */
const fewest = 8;

/**
 * The open streams of a connection by identifier: open addressing with linear probing. Not a `Map`: when V8 rehashes
 * one whose entries come and go, the table it leaves behind points at the next one, so that a single dead table in the
 * old generation keeps every later one and the streams in it alive until a full collection. That was four tenths of
 * the CPU of a proxy with HTTP/2 upstreams (native-bench, row `http2-http2-10-streams`).
 */
export class StreamTable<S extends { readonly id: number }> {
  private slots: (S | undefined)[];
  private count: number;

  constructor() {
    this.slots = new Array<S | undefined>(fewest).fill(undefined);
    this.count = 0;
  }

  get size(): number {
    return this.count;
  }

  get(id: number): S | undefined {
    return this.slots[this.find(id)];
  }

  /** Takes in a stream whose identifier is not in the table. */
  add(stream: S): void {
    if ((this.count + 1) * 2 > this.slots.length) this.grow();
    this.slots[this.find(stream.id)] = stream;
    this.count++;
  }

  /** True when it was there. Those behind it that were pushed aside move up (Knuth, volume 3, algorithm 6.4R). */
  delete(id: number): boolean {
    const { slots } = this;
    const mask = slots.length - 1;
    let hole = this.find(id);
    if (slots[hole] === undefined) return false;
    this.count--;
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const moved = slots[at];
      if (moved === undefined) break;
      const home = homeOf(moved.id) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = moved;
      hole = at;
    }
    slots[hole] = undefined;
    return true;
  }

  /** A copy, in the order in which they were opened. */
  inOrder(): S[] {
    const all: S[] = [];
    for (const stream of this.slots) if (stream !== undefined) all.push(stream);
    return all.sort((a, b) => a.id - b.id);
  }

  /** Where it is, or the empty slot where it would be. */
  private find(id: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let at = homeOf(id) & mask;
    for (let stream = slots[at]; stream !== undefined && stream.id !== id; stream = slots[at])
      at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Array<S | undefined>(old.length * 2).fill(undefined);
    for (const stream of old) if (stream !== undefined) this.slots[this.find(stream.id)] = stream;
  }
}

/** One side's identifiers are all odd or all even, and go up. */
function homeOf(id: number): number {
  return id >>> 1;
}
