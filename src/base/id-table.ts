/** Slots of a new table; always a power of two. */
const fewest = 8;

/**
 * Things of a connection by number, streams and open requests: open addressing with linear probing. Not a `Map`: when V8
 * rehashes one whose entries come and go, the table it leaves behind points at the next one, so that a single dead table
 * in the old generation keeps every later one and what is in it alive until a full collection. That was four tenths of
 * the CPU of a proxy with HTTP/2 upstreams (native-bench, row `http2-http2-10-streams`).
 */
export class IdTable<S extends { readonly id: number }> {
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

  /** Takes in something whose number is not in the table. */
  add(item: S): void {
    if ((this.count + 1) * 2 > this.slots.length) this.grow();
    this.slots[this.find(item.id)] = item;
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
      const home = moved.id & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = moved;
      hole = at;
    }
    slots[hole] = undefined;
    return true;
  }

  /** A copy, lowest number first. */
  inOrder(): S[] {
    const all: S[] = [];
    for (const item of this.slots) if (item !== undefined) all.push(item);
    return all.sort((a, b) => a.id - b.id);
  }

  /** Where it is, or the empty slot where it would be. Numbers that follow each other do not meet, odd ones neither. */
  private find(id: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let at = id & mask;
    for (let item = slots[at]; item !== undefined && item.id !== id; item = slots[at]) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Array<S | undefined>(old.length * 2).fill(undefined);
    for (const item of old) if (item !== undefined) this.slots[this.find(item.id)] = item;
  }
}
