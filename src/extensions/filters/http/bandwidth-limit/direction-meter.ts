import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { Clock } from '../../../../base/clock.js';
import type { ThrottleWatcher } from '../throttle.js';

/** `<stat_prefix>.http_bandwidth_limit.` */
export const B = statBlock({
  counters: [
    'request_allowed_total_size',
    'request_enabled',
    'request_enforced',
    'request_incoming_total_size',
    'response_allowed_total_size',
    'response_enabled',
    'response_enforced',
    'response_incoming_total_size',
  ],
  gauges: [
    'request_allowed_size',
    'request_incoming_size',
    'request_pending',
    'response_allowed_size',
    'response_incoming_size',
    'response_pending',
  ],
  histograms: ['request_transfer_duration', 'response_transfer_duration'],
});

/** The stats of one direction. */
export interface DirectionStats {
  readonly enabled: number;
  readonly enforced: number;
  readonly allowedSize: number;
  readonly allowedTotal: number;
  readonly incomingSize: number;
  readonly incomingTotal: number;
  readonly pending: number;
  readonly duration: number;
}

export const requestStats: DirectionStats = {
  enabled: B.request_enabled,
  enforced: B.request_enforced,
  allowedSize: B.request_allowed_size,
  allowedTotal: B.request_allowed_total_size,
  incomingSize: B.request_incoming_size,
  incomingTotal: B.request_incoming_total_size,
  pending: B.request_pending,
  duration: B.request_transfer_duration,
};

export const responseStats: DirectionStats = {
  enabled: B.response_enabled,
  enforced: B.response_enforced,
  allowedSize: B.response_allowed_size,
  allowedTotal: B.response_allowed_total_size,
  incomingSize: B.response_incoming_size,
  incomingTotal: B.response_incoming_total_size,
  pending: B.response_pending,
  duration: B.response_transfer_duration,
};

/** Counts what one direction of a stream brings and what goes on of it. */
export class DirectionMeter implements ThrottleWatcher {
  private readonly stats: BoundStats;
  private readonly slots: DirectionStats;
  private readonly clock: Clock;
  private readonly intervalMs: number;
  /** Asked right before the end goes on. */
  private readonly beforeEnd: (() => void) | null;
  private startMs: number;
  /** How long the whole transfer took, in whole milliseconds; 0 before its end. */
  durationMs: number;
  /** How long bytes were held back. */
  delayMs: number;

  constructor(
    stats: BoundStats,
    slots: DirectionStats,
    clock: Clock,
    intervalMs: number,
    beforeEnd: (() => void) | null,
  ) {
    this.stats = stats;
    this.slots = slots;
    this.clock = clock;
    this.intervalMs = intervalMs;
    this.beforeEnd = beforeEnd;
    this.startMs = Number.NaN;
    this.durationMs = 0;
    this.delayMs = 0;
    stats.inc(slots.enabled);
  }

  onData(bytes: number, endStream: boolean): void {
    const { stats, slots } = this;
    if (Number.isNaN(this.startMs)) {
      this.startMs = this.clock.now();
      stats.add(slots.pending, 1);
    }
    // The end comes by itself in Envoy, after the last bytes.
    stats.set(slots.incomingSize, endStream ? 0 : bytes);
    stats.add(slots.incomingTotal, bytes);
  }

  onPass(bytes: number, isShort: boolean): void {
    const { stats, slots } = this;
    stats.set(slots.allowedSize, bytes);
    stats.add(slots.allowedTotal, bytes);
    if (!isShort) return;
    stats.inc(slots.enforced);
    this.delayMs += this.intervalMs;
  }

  onEnd(): void {
    if (Number.isNaN(this.startMs)) return;
    this.durationMs = Math.floor(this.clock.now() - this.startMs);
    this.startMs = Number.NaN;
    this.beforeEnd?.();
    this.stats.record(this.slots.duration, this.durationMs);
    this.stats.add(this.slots.pending, -1);
  }

  /** The stream ended before this direction did. */
  abandon(): void {
    if (Number.isNaN(this.startMs)) return;
    this.startMs = Number.NaN;
    this.stats.add(this.slots.pending, -1);
  }
}
