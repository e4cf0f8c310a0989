import type { RuntimeView } from '../api/runtime.js';
import type { StreamInfo } from '../api/stream-info.js';

/**
 * Rapid reset: a client that opens streams and resets them at once makes work and waits for nothing. When half of a
 * connection's streams end like that, the connection does too (Envoy's `overload.premature_reset_*` runtime keys).
 */
export class PrematureResets {
  private readonly runtime: RuntimeView;
  private ended: number;
  private premature: number;

  constructor(runtime: RuntimeView) {
    this.runtime = runtime;
    this.ended = 0;
    this.premature = 0;
  }

  /** A stream has ended; whether that was one reset too many. */
  isTooMany(info: StreamInfo, isReset: boolean): boolean {
    this.ended++;
    if (!isReset || info.responseCode !== 0) return false;
    const lifetimeMs = this.runtime.number('overload.premature_reset_min_stream_lifetime_seconds', 1) * 1000;
    if (info.times.endMs - info.times.startMs > lifetimeMs) return false;
    this.premature++;
    const limit = this.runtime.number('overload.premature_reset_total_stream_count', 500);
    return this.premature * 2 >= Math.max(limit, this.ended);
  }
}
