import { BucketCounts, NO_COUNTS } from './bucket-counts.js';

interface BucketPlace {
  readonly lane: number;
  readonly chunk: number;
  readonly words: Float64Array;
  readonly offset: number;
}

/** Buckets and their exact sum, of all time or of the last flush interval. */
export interface HistogramView {
  readonly buckets: BucketCounts;
  readonly count: number;
  readonly sum: number;
}

const EMPTY_VIEW: HistogramView = { buckets: NO_COUNTS, count: 0, sum: 0 };

/** One histogram as main sees it: the runs of buckets in every lane, what dead lanes left, and the last interval. */
export class HistogramSeries {
  private places: BucketPlace[] = [];
  private retired: BucketCounts | null = null;
  private latched: BucketCounts | null = null;
  private latchedSum = 0;
  /** What was recorded between the last two latches. */
  interval: HistogramView = EMPTY_VIEW;

  attach(place: BucketPlace): void {
    this.places.push(place);
  }

  /** Buckets of all time; a fresh object. */
  merged(): BucketCounts {
    const merged = new BucketCounts();
    if (this.retired !== null) merged.addAll(this.retired);
    for (const place of this.places) merged.addRun(place.chunk, place.words, place.offset);
    return merged;
  }

  /** Ends the interval; `sum` is that of all samples of all time. */
  latch(sum: number): HistogramView {
    const merged = this.merged();
    const buckets = merged.since(this.latched);
    this.interval = { buckets, count: buckets.total(), sum: sum - this.latchedSum };
    this.latched = merged;
    this.latchedSum = sum;
    return this.interval;
  }

  retireLane(lane: number): void {
    for (const place of this.places) {
      if (place.lane !== lane) continue;
      this.retired ??= new BucketCounts();
      this.retired.addRun(place.chunk, place.words, place.offset);
    }
    this.detachLane(lane);
  }

  detachLane(lane: number): void {
    this.places = this.places.filter((place) => place.lane !== lane);
  }
}

export const EMPTY_HISTOGRAM: HistogramView = EMPTY_VIEW;
