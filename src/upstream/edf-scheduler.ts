/**
 * Weighted scheduling by earliest deadline: an entry of weight w is due every 1/w; the one due first is taken and put
 * back. Equal deadlines go by order of insertion. A binary heap over flat arrays: a pick sifts once and allocates
 * nothing.
 */
export class EdfScheduler<T> {
  private readonly entries: readonly T[];
  private readonly weightOf: (entry: T) => number;
  /** Positions of entries, as a heap. */
  private readonly heap: Int32Array;
  private readonly deadlines: Float64Array;
  /** When an entry was last put in: below 1 for those that the constructor put in, a count afterwards. */
  private readonly orders: Float64Array;
  private inserted: number;

  /**
   * `start` is the point of virtual time to begin at. With weights that are whole numbers the schedule repeats every
   * 1, so a uniform start in [0, 1) keeps threads from picking in step; 0 begins at the beginning.
   */
  constructor(entries: readonly T[], weightOf: (entry: T) => number, start: number) {
    this.entries = entries;
    this.weightOf = weightOf;
    this.heap = Int32Array.from(entries, (_, position) => position);
    this.deadlines = new Float64Array(entries.length);
    this.orders = new Float64Array(entries.length);
    for (const [position, entry] of entries.entries()) {
      const weight = weightOf(entry);
      const turns = Math.floor(start * weight);
      this.deadlines[position] = (turns + 1) / weight;
      this.orders[position] = turns / weight;
    }
    this.inserted = 1;
    for (let at = (entries.length >> 1) - 1; at >= 0; at--) this.sink(at);
  }

  /** Takes the entry that is due first and puts it back with its weight of now. Undefined when there is none. */
  pick(): T | undefined {
    if (this.entries.length === 0) return undefined;
    const position = this.heap[0] as number;
    const entry = this.entries[position] as T;
    this.deadlines[position] = (this.deadlines[position] as number) + 1 / this.weightOf(entry);
    this.orders[position] = this.inserted++;
    this.sink(0);
    return entry;
  }

  private sink(from: number): void {
    const { heap } = this;
    const moving = heap[from] as number;
    let at = from;
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      if (!this.isBefore(heap[child] as number, moving)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = moving;
  }

  private isBefore(a: number, b: number): boolean {
    const early = (this.deadlines[a] as number) - (this.deadlines[b] as number);
    if (early !== 0) return early < 0;
    const inserted = (this.orders[a] as number) - (this.orders[b] as number);
    return inserted === 0 ? a < b : inserted < 0;
  }
}
