import type { StatBlockDef } from './stats.js';

/**
 * What a thread tells main about its lane of stats: plain data, sent in order, each fact before the facts that refer
 * to it. An address is `slab * STAT_SLAB_WORDS + offset`, in words of a Float64Array.
 */
export type LaneMessage =
  | LaneSlabMessage
  | LaneShapeMessage
  | LaneDeclareMessage
  | LaneBlockMessage
  | LaneBucketsMessage
  | LaneReleaseMessage;

/** Words of one slab: 64 KB of fixed size, since growable shared buffers are many times slower to write. */
export const STAT_SLAB_WORDS = 8192;

/** New memory. Every word holds -0 until its first write, which tells a zero that was written from none. */
export interface LaneSlabMessage {
  readonly kind: 'slab';
  readonly slab: number;
  readonly buffer: SharedArrayBuffer;
}

/** A declaration, said once per lane and referred to by number afterwards. */
export interface LaneShapeMessage {
  readonly kind: 'shape';
  readonly shape: number;
  readonly def: StatBlockDef;
}

/** The thread has built something that counts there: the stats are listed with zeros before their first write. */
export interface LaneDeclareMessage {
  readonly kind: 'declare';
  readonly shape: number;
  readonly prefix: string;
}

/** A block took its words: one per slot; a histogram's word is the sum of its samples. */
export interface LaneBlockMessage {
  readonly kind: 'block';
  readonly block: number;
  readonly shape: number;
  readonly prefix: string;
  readonly address: number;
}

/** A histogram of a block took the words of one run of buckets. */
export interface LaneBucketsMessage {
  readonly kind: 'buckets';
  readonly block: number;
  readonly slot: number;
  readonly chunk: number;
  readonly address: number;
}

/** The block is gone from this lane; its words may be taken by another one at once. */
export interface LaneReleaseMessage {
  readonly kind: 'release';
  readonly block: number;
}
