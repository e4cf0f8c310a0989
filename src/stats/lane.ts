import { type LaneMessage, STAT_SLAB_WORDS } from '../api/stat-messages.js';
import type {
  BoundStats,
  Counter,
  Histogram,
  StatBlock,
  StatBlockDef,
  StatBlockSpec,
  StatScope,
} from '../api/stats.js';
import {
  LaneBlock,
  LaneCounter,
  LaneHistogram,
  type LaneMemory,
  type LaneShape,
  laneShape,
} from './lane-block.js';
import { CHUNK_BUCKETS, type HistogramUnit } from './latency-buckets.js';
import { cleanName, headOf, singleCounterDef, singleHistogramDef, splitName } from './stat-name.js';

/** Which stats are wanted at all, by full name. */
export interface StatRules {
  accepts(name: string): boolean;
}

export interface StatLaneOptions {
  /** Stats that it refuses take no memory and are never announced. */
  readonly rules?: StatRules;
  /** When to send announcements that have collected; at the end of the current job unless given. */
  readonly defer?: (send: () => void) => void;
}

/** Calls back at once: what main's own lane announces can be read in the same turn. */
export const immediately = (send: () => void): void => send();

/**
 * One thread's stats: words in slabs of shared memory that only this thread writes and main reads. Nothing is taken
 * for a block before its first write, so that ten thousand clusters cost ten thousand small objects.
 */
export class StatLane implements StatScope, LaneMemory {
  readonly slabs: Float64Array[] = [];
  private readonly announce: (messages: readonly LaneMessage[]) => void;
  private readonly defer: (send: () => void) => void;
  private readonly rules: StatRules | null;
  private readonly shapes = new Map<StatBlockDef, LaneShape>();
  private readonly bound = new Map<StatBlockDef, Map<string, LaneBlock>>();
  private readonly counterDefs = new Map<string, StatBlockDef>();
  private readonly histogramDefs = new Map<string, StatBlockDef>();
  private readonly singles = new Map<string, LaneCounter | LaneHistogram>();
  /** Released words by size, ready to be taken again. */
  private readonly free = new Map<number, number[]>();
  private waiting: LaneMessage[] = [];
  private used = STAT_SLAB_WORDS;
  private nextBlock = 0;
  private wasteBuckets = -1;
  private wasteWords: Float64Array | null = null;

  constructor(announce: (messages: readonly LaneMessage[]) => void, options: StatLaneOptions = {}) {
    this.announce = announce;
    this.defer = options.defer ?? queueMicrotask;
    this.rules = options.rules ?? null;
  }

  bind<S extends StatBlockSpec>(prefix: string, block: StatBlock<S>): BoundStats {
    const clean = cleanName(prefix);
    const known = this.bound.get(block.def)?.get(clean);
    if (known !== undefined) return known;
    const made = this.bindDef(clean, block.def);
    if (this.wantsAny(block.def, clean)) this.say({ kind: 'declare', shape: made.shape.id, prefix: clean });
    return made;
  }

  counter(name: string): Counter {
    const found = this.singles.get(name);
    if (found instanceof LaneCounter) return found;
    const parts = splitName(cleanName(name));
    const def = interned(this.counterDefs, parts.name, () => singleCounterDef(parts.name));
    const counter = new LaneCounter(cleanName(name), this.bindDef(parts.prefix, def));
    this.singles.set(name, counter);
    return counter;
  }

  histogram(name: string, unit: HistogramUnit = 'ms'): Histogram {
    const found = this.singles.get(name);
    if (found instanceof LaneHistogram) return found;
    const parts = splitName(cleanName(name));
    const def = interned(this.histogramDefs, `${unit} ${parts.name}`, () =>
      singleHistogramDef(parts.name, unit),
    );
    const histogram = new LaneHistogram(cleanName(name), this.bindDef(parts.prefix, def));
    this.singles.set(name, histogram);
    return histogram;
  }

  /**
   * Gives back the memory of every block whose prefix is this one or lies below it; for clusters and listeners that
   * are gone. Main forgets the prefix first (`StatStore.forget`). An object bound before takes memory anew when it is
   * written again.
   */
  release(prefix: string): void {
    const clean = cleanName(prefix);
    const below = headOf(clean);
    for (const blocks of this.bound.values()) {
      for (const [key, block] of blocks) {
        if (key !== clean && !key.startsWith(below)) continue;
        blocks.delete(key);
        this.releaseBlock(block);
      }
    }
    for (const name of this.singles.keys()) {
      if (cleanName(name).startsWith(below)) this.singles.delete(name);
    }
  }

  waste(): Float64Array {
    this.wasteWords ??= new Float64Array(STAT_SLAB_WORDS);
    return this.wasteWords;
  }

  takeBlock(shape: LaneShape, prefix: string): { block: number; address: number } {
    const block = this.nextBlock++;
    if (!this.wantsAny(shape.def, prefix)) return { block, address: -1 };
    const address = this.takeWords(shape.words);
    this.say({ kind: 'block', block, shape: shape.id, prefix, address });
    return { block, address };
  }

  takeBuckets(block: LaneBlock, slot: number, chunk: number): number {
    const name = block.shape.def.histograms[slot - block.shape.firstHistogram] ?? '';
    if (this.rules !== null && !this.rules.accepts(headOf(block.prefix) + name)) return this.takeWaste();
    const address = this.takeWords(CHUNK_BUCKETS);
    this.say({ kind: 'buckets', block: block.block, slot, chunk, address });
    return address;
  }

  private bindDef(prefix: string, def: StatBlockDef): LaneBlock {
    const blocks = interned(this.bound, def, () => new Map<string, LaneBlock>());
    return interned(blocks, prefix, () => new LaneBlock(this, this.shapeOf(def), prefix));
  }

  private shapeOf(def: StatBlockDef): LaneShape {
    return interned(this.shapes, def, () => {
      const shape = laneShape(this.shapes.size, def);
      if (shape.words > STAT_SLAB_WORDS) throw new RangeError(`a block of ${shape.words} stats fits no slab`);
      this.say({ kind: 'shape', shape: shape.id, def });
      return shape;
    });
  }

  private wantsAny(def: StatBlockDef, prefix: string): boolean {
    const rules = this.rules;
    if (rules === null) return true;
    const head = headOf(prefix);
    const accepted = (name: string): boolean => rules.accepts(head + name);
    return def.counters.some(accepted) || def.gauges.some(accepted) || def.histograms.some(accepted);
  }

  private takeWords(words: number): number {
    const reused = this.free.get(words)?.pop();
    if (reused !== undefined) return reused;
    if (this.used + words > STAT_SLAB_WORDS) this.takeSlab();
    const address = (this.slabs.length - 1) * STAT_SLAB_WORDS + this.used;
    this.used += words;
    return address;
  }

  private takeSlab(): void {
    const buffer = new SharedArrayBuffer(STAT_SLAB_WORDS * Float64Array.BYTES_PER_ELEMENT);
    this.slabs.push(new Float64Array(buffer).fill(-0));
    this.used = 0;
    this.say({ kind: 'slab', slab: this.slabs.length - 1, buffer });
  }

  private takeWaste(): number {
    if (this.wasteBuckets < 0) this.wasteBuckets = this.takeWords(CHUNK_BUCKETS);
    return this.wasteBuckets;
  }

  private releaseBlock(block: LaneBlock): void {
    const number = block.block;
    const address = block.address;
    const chunks = block.drop();
    if (address < 0) return;
    this.giveBack(address, block.shape.words);
    for (const chunk of chunks) {
      if (chunk !== this.wasteBuckets) this.giveBack(chunk, CHUNK_BUCKETS);
    }
    this.say({ kind: 'release', block: number });
  }

  private giveBack(address: number, words: number): void {
    const start = address % STAT_SLAB_WORDS;
    this.slabs[Math.floor(address / STAT_SLAB_WORDS)]!.fill(-0, start, start + words);
    interned(this.free, words, () => []).push(address);
  }

  private say(message: LaneMessage): void {
    this.waiting.push(message);
    if (this.waiting.length === 1) this.defer(() => this.send());
  }

  private send(): void {
    const messages = this.waiting;
    this.waiting = [];
    this.announce(messages);
  }
}

function interned<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
