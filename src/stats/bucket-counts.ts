import { CHUNK_BUCKETS, CHUNK_MASK, CHUNK_SHIFT, CHUNKS } from './latency-buckets.js';

/** Counts per bucket on main, with memory only for runs that hold any. */
export class BucketCounts {
  private readonly chunks: (Float64Array | undefined)[] = new Array<Float64Array | undefined>(CHUNKS);

  at(index: number): number {
    return this.chunks[index >> CHUNK_SHIFT]?.[index & CHUNK_MASK] ?? 0;
  }

  add(index: number, count: number): void {
    this.chunk(index >> CHUNK_SHIFT)[index & CHUNK_MASK]! += count;
  }

  /** Adds a run of buckets as it lies in a lane. */
  addRun(chunk: number, words: Float64Array, offset: number): void {
    const own = this.chunk(chunk);
    for (let i = 0; i < CHUNK_BUCKETS; i++) own[i]! += words[offset + i]!;
  }

  addAll(other: BucketCounts): void {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const words = other.chunks[chunk];
      if (words !== undefined) this.addRun(chunk, words, 0);
    }
  }

  /** Bucket by bucket what this one has more than an earlier state of itself. */
  since(earlier: BucketCounts | null): BucketCounts {
    if (earlier === null) return this;
    const difference = new BucketCounts();
    this.each((index, count) => {
      const more = count - earlier.at(index);
      if (more > 0) difference.add(index, more);
    });
    return difference;
  }

  total(): number {
    let total = 0;
    this.each((_index, count) => {
      total += count;
    });
    return total;
  }

  /** Calls back for every bucket that is not empty, in ascending order. */
  each(visit: (index: number, count: number) => void): void {
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const words = this.chunks[chunk];
      if (words === undefined) continue;
      for (let i = 0; i < CHUNK_BUCKETS; i++) {
        if (words[i]! > 0) visit((chunk << CHUNK_SHIFT) + i, words[i]!);
      }
    }
  }

  private chunk(chunk: number): Float64Array {
    let words = this.chunks[chunk];
    if (words === undefined) {
      words = new Float64Array(CHUNK_BUCKETS);
      this.chunks[chunk] = words;
    }
    return words;
  }
}

export const NO_COUNTS = new BucketCounts();
