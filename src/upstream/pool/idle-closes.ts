import type { IdleCloseView } from '../../api/autopsy.js';

const samplesKept = 32;

/** Learns how long upstreams leave idle connections open, from each that they close. */
export class IdleCloses {
  private readonly samples: number[];
  private count: number;
  private minMs: number;

  constructor() {
    this.samples = [];
    this.count = 0;
    this.minMs = Number.POSITIVE_INFINITY;
  }

  note(idleMs: number): void {
    this.samples[this.count % samplesKept] = idleMs;
    this.count++;
    this.minMs = Math.min(this.minMs, idleMs);
  }

  /** Null before the first; the typical time is the median of the last few. */
  view(): IdleCloseView | null {
    if (this.count === 0) return null;
    const sorted = this.samples.toSorted((a, b) => a - b);
    const typicalMs = sorted[sorted.length >> 1] as number;
    return { count: this.count, minMs: Math.round(this.minMs), typicalMs: Math.round(typicalMs) };
  }
}
