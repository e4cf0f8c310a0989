import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { Timer } from '../../../../base/timer-wheel.js';
import type { GradientConfig } from './config.js';

/** `http.<stat_prefix>.adaptive_concurrency.gradient_controller.` */
export const G = statBlock({
  counters: ['rq_blocked'],
  gauges: [
    'burst_queue_size',
    'concurrency_limit',
    'gradient',
    'min_rtt_calculation_active',
    'min_rtt_msecs',
    'sample_rtt_msecs',
  ],
});

/** More samples of one window say nothing more. */
const maxSamples = 4096;
/** The least limit so often in a row means that the least time was measured wrongly. */
const tooOftenAtLeast = 5;
const keys = 'adaptive_concurrency.gradient_controller.';

/**
 * How many requests of a thread may be under way, by how long they take:
 *
 *   measuring the least time, at the least limit ──enough answers──▶ adjusting, once per interval
 *        ▲                                                                │
 *        └──────────── interval over, or too often at the least limit ────┘
 */
export class GradientController {
  private readonly config: GradientConfig;
  private readonly scope: ThreadScope;
  private readonly stats: BoundStats;
  /** Microseconds. */
  private samples: number[];
  private seen: number;
  private readonly updateTimer: Timer;
  private readonly measureTimer: Timer;
  private underWay: number;
  private limit: number;
  /** The limit to go back to; 0 outside of a measurement. */
  private deferredLimit: number;
  private minRttUs: number;
  private epochMs: number;
  private timesAtLeast: number;

  constructor(config: GradientConfig, scope: ThreadScope, stats: BoundStats) {
    this.config = config;
    this.scope = scope;
    this.stats = stats;
    this.samples = [];
    this.seen = 0;
    this.updateTimer = new Timer(() => this.adjust());
    this.measureTimer = new Timer(() => this.measure());
    this.underWay = 0;
    this.limit = this.leastLimit();
    this.deferredLimit = 0;
    this.minRttUs = config.fixedMs * 1000;
    this.epochMs = 0;
    this.timesAtLeast = 0;
    stats.set(G.concurrency_limit, this.limit);
    if (config.fixedMs > 0) this.show(G.min_rtt_msecs, config.fixedMs);
    else this.measure();
  }

  /** Takes a place for a request, unless all are taken. */
  tryAdd(): boolean {
    if (this.underWay >= this.limit) {
      this.stats.inc(G.rq_blocked);
      return false;
    }
    this.underWay++;
    return true;
  }

  /** A request that began then has its whole answer. */
  complete(startMs: number): void {
    this.underWay--;
    // What began before the measurement was not alone.
    if (startMs < this.epochMs) return;
    this.addSample((this.scope.clock.now() - startMs) * 1000);
    const { timers } = this.scope;
    if (this.deferredLimit === 0) {
      if (!this.updateTimer.isArmed) timers.schedule(this.updateTimer, this.updateMs());
    } else if (this.seen >= this.value('min_rtt_aggregate_request_count', this.config.minRttRequests)) {
      this.endMeasurement();
    }
  }

  /** A request ended without its whole answer. */
  abandon(): void {
    this.underWay--;
  }

  private measure(): void {
    if (this.deferredLimit > 0) return;
    this.show(G.min_rtt_calculation_active, 1);
    this.deferredLimit = this.limit;
    this.setLimit(this.leastLimit());
    this.clearSamples();
    this.epochMs = this.scope.clock.now();
  }

  private endMeasurement(): void {
    this.minRttUs = this.percentile();
    this.show(G.min_rtt_msecs, Math.floor(this.minRttUs / 1000));
    const limit = this.deferredLimit;
    this.deferredLimit = 0;
    this.setLimit(limit);
    this.show(G.min_rtt_calculation_active, 0);
    const interval = this.value('min_rtt_calc_interval_ms', this.config.minRttIntervalMs);
    const spread = Math.ceil((interval * this.percent('jitter', this.config.jitter)) / 100);
    this.scope.timers.schedule(
      this.measureTimer,
      interval + (spread > 0 ? this.scope.random.below(spread) : 0),
    );
  }

  private adjust(): void {
    if (this.deferredLimit > 0 || this.samples.length === 0) return;
    const sampleUs = Math.max(1, this.percentile());
    this.show(G.sample_rtt_msecs, Math.floor(sampleUs / 1000));
    const buffered = this.minRttUs * (1 + this.percent('min_rtt_buffer', this.config.buffer) / 100);
    const gradient = Math.max(0.5, Math.min(2, buffered / sampleUs));
    this.show(G.gradient, Math.floor(gradient));
    const limit = this.limit * gradient;
    const headroom = Math.sqrt(limit);
    this.show(G.burst_queue_size, Math.floor(headroom));
    const most = this.value('max_concurrency_limit', this.config.maxLimit);
    this.setLimit(Math.max(this.leastLimit(), Math.min(most, Math.floor(limit + headroom))));
  }

  private setLimit(limit: number): void {
    const least = this.leastLimit();
    const stays = this.deferredLimit === 0 && this.limit === least && limit === least;
    this.timesAtLeast = stays ? this.timesAtLeast + 1 : 0;
    this.limit = limit;
    this.stats.set(G.concurrency_limit, limit);
    if (this.timesAtLeast >= tooOftenAtLeast && this.config.fixedMs === 0) {
      this.scope.timers.schedule(this.measureTimer, 0);
    }
  }

  private addSample(us: number): void {
    const at = this.seen++;
    if (at < maxSamples) this.samples.push(us);
    else this.samples[this.scope.random.below(maxSamples)] = us;
  }

  private clearSamples(): void {
    this.samples = [];
    this.seen = 0;
  }

  /** The chosen percentile of the samples, in microseconds; they are used up. */
  private percentile(): number {
    const sorted = Float64Array.from(this.samples).sort();
    const percent = this.percent('sample_aggregate_percentile', this.config.percentile);
    this.clearSamples();
    const index = Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100));
    return Math.floor(sorted[index] ?? 0);
  }

  private leastLimit(): number {
    return this.value('min_concurrency', this.config.minConcurrency);
  }

  private updateMs(): number {
    return this.value('sample_rtt_calc_interval_ms', this.config.updateMs);
  }

  private value(key: string, fallback: number): number {
    return this.scope.runtime.number(`${keys}${key}`, fallback);
  }

  private percent(key: string, fallback: number): number {
    return Math.max(0, Math.min(100, this.scope.runtime.double(`${keys}${key}`, fallback)));
  }

  /** Each worker has a controller; what cannot be summed is shown of the first. */
  private show(gauge: number, value: number): void {
    if (this.scope.threadIndex <= 1) this.stats.set(gauge, value);
  }
}
