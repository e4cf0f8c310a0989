import type { Clock } from '../../../../base/clock.js';

const sampleMs = 1000;

/** One second's worth of answers. */
interface Sample {
  readonly startMs: number;
  requests: number;
  successes: number;
}

/** How many requests were answered, and how many well, within a window that moves by seconds. */
export class RequestHistory {
  private readonly clock: Clock;
  private readonly windowSeconds: number;
  /** Oldest first; no more than the window has seconds. */
  private readonly samples: Sample[];
  requests: number;
  successes: number;

  constructor(clock: Clock, windowSeconds: number) {
    this.clock = clock;
    this.windowSeconds = windowSeconds;
    this.samples = [];
    this.requests = 0;
    this.successes = 0;
  }

  /** Requests per second over the window, rounded down. */
  averageRps(): number {
    const oldest = this.samples[0];
    if (oldest === undefined || this.requests === 0) return 0;
    const age = Math.floor((this.clock.now() - oldest.startMs) / 1000);
    return Math.floor(this.requests / Math.max(this.windowSeconds, age));
  }

  /** Forgets what has left the window. */
  update(): void {
    const now = this.clock.now();
    const { samples } = this;
    for (let oldest = samples[0]; oldest !== undefined; oldest = samples[0]) {
      if (now - oldest.startMs < this.windowSeconds * 1000) break;
      this.requests -= oldest.requests;
      this.successes -= oldest.successes;
      samples.shift();
    }
    const newest = samples[samples.length - 1];
    if (newest === undefined || now - newest.startMs >= sampleMs) {
      samples.push({ startMs: now, requests: 0, successes: 0 });
    }
  }

  record(isSuccess: boolean): void {
    this.update();
    const newest = this.samples[this.samples.length - 1] as Sample;
    newest.requests++;
    this.requests++;
    if (!isSuccess) return;
    newest.successes++;
    this.successes++;
  }
}
