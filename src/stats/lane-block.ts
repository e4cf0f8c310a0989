import { STAT_SLAB_WORDS } from '../api/stat-messages.js';
import type { BoundStats, Counter, Histogram, StatBlockDef } from '../api/stats.js';
import {
  bucketIndex,
  CHUNK_BUCKETS,
  CHUNK_MASK,
  CHUNK_SHIFT,
  CHUNKS,
  firstKeyOf,
  LARGEST_SAMPLE,
} from './latency-buckets.js';

const SLAB_SHIFT = Math.log2(STAT_SLAB_WORDS);
const SLAB_MASK = STAT_SLAB_WORDS - 1;
const NO_WORDS = new Float64Array(0);

/** A declaration as one lane knows it. */
export interface LaneShape {
  readonly id: number;
  readonly def: StatBlockDef;
  readonly words: number;
  readonly firstHistogram: number;
  /** `firstKeyOf` each histogram's unit. */
  readonly firstKeys: readonly number[];
}

export function laneShape(id: number, def: StatBlockDef): LaneShape {
  const firstHistogram = def.counters.length + def.gauges.length;
  const firstKeys = def.histograms.map((name) => firstKeyOf(def.histogramUnits[name] ?? 'ms'));
  return { id, def, words: firstHistogram + def.histograms.length, firstHistogram, firstKeys };
}

/** What a block needs of the lane it lives in. */
export interface LaneMemory {
  readonly slabs: readonly Float64Array[];
  /** Number of the block and address of its words, announced; address -1 when none of its stats is wanted. */
  takeBlock(shape: LaneShape, prefix: string): { readonly block: number; readonly address: number };
  /** Address of a fresh run of buckets, announced; that of a waste run when the histogram is not wanted. */
  takeBuckets(block: LaneBlock, slot: number, chunk: number): number;
  /** Private words that nobody reads, for blocks that are not wanted. */
  waste(): Float64Array;
}

/** A block bound in one thread. The words are its own; every write is one array write. */
export class LaneBlock implements BoundStats {
  readonly prefix: string;
  readonly shape: LaneShape;
  private readonly memory: LaneMemory;
  private words: Float64Array;
  /** -1 until the first write. */
  private offset: number;
  private isWanted: boolean;
  /** Addresses of runs of buckets, `CHUNKS` per histogram, -1 where none is taken; null until the first sample. */
  private chunks: number[] | null;
  /** Number of the block in its lane and address of its words, -1 until the first write. */
  block: number;
  address: number;

  constructor(memory: LaneMemory, shape: LaneShape, prefix: string) {
    this.prefix = prefix;
    this.shape = shape;
    this.memory = memory;
    this.words = NO_WORDS;
    this.offset = -1;
    this.isWanted = true;
    this.chunks = null;
    this.block = -1;
    this.address = -1;
  }

  inc(slot: number): void {
    if (this.offset < 0) this.take();
    this.words[this.offset + slot]! += 1;
  }

  add(slot: number, n: number): void {
    if (this.offset < 0) this.take();
    this.words[this.offset + slot]! += n;
  }

  set(slot: number, n: number): void {
    if (this.offset < 0) this.take();
    this.words[this.offset + slot] = n;
  }

  record(slot: number, value: number): void {
    if (this.offset < 0) this.take();
    if (!this.isWanted) return;
    const histogram = slot - this.shape.firstHistogram;
    const index = bucketIndex(value, this.shape.firstKeys[histogram]!);
    const chunks = this.chunks ?? this.takeChunks();
    let address = chunks[histogram * CHUNKS + (index >> CHUNK_SHIFT)]!;
    if (address < 0) address = this.takeBuckets(slot, index >> CHUNK_SHIFT);
    this.memory.slabs[address >> SLAB_SHIFT]![(address & SLAB_MASK) + (index & CHUNK_MASK)]! += 1;
    this.words[this.offset + slot]! += value > 0 ? Math.min(value, LARGEST_SAMPLE) : 0;
  }

  /** A counter's or gauge's value, a histogram's number of samples. */
  value(slot: number): number {
    if (this.offset < 0 || !this.isWanted) return 0;
    if (slot < this.shape.firstHistogram) return this.words[this.offset + slot]! + 0;
    return this.sampleCount(slot - this.shape.firstHistogram);
  }

  /** Forgets the words and returns the addresses of every run of buckets that was taken. */
  drop(): number[] {
    const taken = (this.chunks ?? []).filter((address) => address >= 0);
    this.words = NO_WORDS;
    this.offset = -1;
    this.chunks = null;
    this.block = -1;
    this.address = -1;
    return taken;
  }

  private take(): void {
    const { block, address } = this.memory.takeBlock(this.shape, this.prefix);
    this.block = block;
    this.isWanted = address >= 0;
    this.words = this.isWanted ? this.memory.slabs[address >> SLAB_SHIFT]! : this.memory.waste();
    this.offset = this.isWanted ? address & SLAB_MASK : 0;
    this.address = address;
  }

  private takeChunks(): number[] {
    this.chunks = new Array<number>(this.shape.firstKeys.length * CHUNKS).fill(-1);
    return this.chunks;
  }

  private takeBuckets(slot: number, chunk: number): number {
    const address = this.memory.takeBuckets(this, slot, chunk);
    this.chunks![(slot - this.shape.firstHistogram) * CHUNKS + chunk] = address;
    return address;
  }

  private sampleCount(histogram: number): number {
    let count = 0;
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const address = this.chunks?.[histogram * CHUNKS + chunk] ?? -1;
      if (address < 0) continue;
      const words = this.memory.slabs[address >> SLAB_SHIFT]!;
      for (let i = 0; i < CHUNK_BUCKETS; i++) count += words[(address & SLAB_MASK) + i]!;
    }
    return count + 0;
  }
}

/** One counter outside any block: the only slot of a block of its own. */
export class LaneCounter implements Counter {
  readonly name: string;
  private readonly stats: LaneBlock;

  constructor(name: string, stats: LaneBlock) {
    this.name = name;
    this.stats = stats;
  }

  inc(): void {
    this.stats.inc(0);
  }

  add(n: number): void {
    this.stats.add(0, n);
  }
}

/** One histogram outside any block. */
export class LaneHistogram implements Histogram {
  readonly name: string;
  private readonly stats: LaneBlock;

  constructor(name: string, stats: LaneBlock) {
    this.name = name;
    this.stats = stats;
  }

  record(value: number): void {
    this.stats.record(0, value);
  }
}
