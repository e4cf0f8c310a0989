import { type BoundStats, type StatScope, statBlock } from '../../../../api/stats.js';

/** `redis.<stat_prefix>.` */
export const R = statBlock({
  counters: [
    'downstream_cx_drain_close',
    'downstream_cx_protocol_error',
    'downstream_cx_rx_bytes_total',
    'downstream_cx_total',
    'downstream_cx_tx_bytes_total',
    'downstream_rq_noproto',
    'downstream_rq_total',
  ],
  gauges: [
    'downstream_cx_active',
    'downstream_cx_rx_bytes_buffered',
    'downstream_cx_tx_bytes_buffered',
    'downstream_rq_active',
  ],
});

/** `redis.<stat_prefix>.splitter.` */
export const S = statBlock({ counters: ['invalid_request', 'unsupported_command'] });

/** `redis.<stat_prefix>.command.<command>.` */
const outcomes = {
  counters: ['delay_fault', 'error', 'error_fault', 'success', 'total'],
  histograms: ['latency'],
} as const;
export const D = statBlock(outcomes);
const inMicros = statBlock({ ...outcomes, histogramUnits: { latency: 'us' } });

/** `cluster.<name>.redis_cluster.` */
export const P = statBlock({
  counters: [
    'connection_rate_limited',
    'max_upstream_unknown_connections_reached',
    'upstream_cx_drained',
    'upstream_resp3_hello_failure',
  ],
});

/** A command as clients sent it: outcomes and the time to them. */
export class CommandStats {
  readonly counters: BoundStats;
  private readonly isInMicros: boolean;

  constructor(stats: StatScope, prefix: string, isInMicros: boolean) {
    this.counters = stats.bind(prefix, isInMicros ? inMicros : D);
    this.isInMicros = isInMicros;
  }

  finish(isError: boolean, ms: number): void {
    this.counters.inc(isError ? D.error : D.success);
    this.record(ms);
  }

  record(ms: number): void {
    this.counters.record(D.latency, this.isInMicros ? ms * 1000 : ms);
  }
}
