import {
  type BoundStats,
  type Counter,
  type Histogram,
  type StatScope,
  statBlock,
} from '../../../../api/stats.js';
import type { CommandFacts } from './commands.js';

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
export const D = statBlock({ counters: ['delay_fault', 'error', 'error_fault', 'success', 'total'] });

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
  private readonly latency: Histogram;
  private readonly isInMicros: boolean;

  constructor(stats: StatScope, prefix: string, isInMicros: boolean) {
    this.counters = stats.bind(prefix, D);
    this.latency = stats.histogram(`${prefix}.latency`, isInMicros ? 'us' : 'ms');
    this.isInMicros = isInMicros;
  }

  finish(isError: boolean, ms: number): void {
    this.counters.inc(isError ? D.error : D.success);
    this.record(ms);
  }

  record(ms: number): void {
    this.latency.record(this.isInMicros ? ms * 1000 : ms);
  }
}

/** Made as they are first needed, each for itself: outcomes that have not happened are not listed. */
class UpstreamCommand {
  readonly total: Counter;
  readonly success: Counter;
  readonly failure: Counter;
  readonly latency: Histogram;

  constructor(stats: StatScope, prefix: string) {
    this.total = stats.counter(`${prefix}.total`);
    this.success = stats.counter(`${prefix}.success`);
    this.failure = stats.counter(`${prefix}.failure`);
    this.latency = stats.histogram(`${prefix}.latency`, 'us');
  }
}

/** Commands as hosts of one cluster answered them. */
export class UpstreamCommandStats {
  private readonly stats: StatScope;
  private readonly prefix: string;
  private readonly byCommand: Map<string, UpstreamCommand>;
  private readonly all: Histogram;

  constructor(stats: StatScope, clusterStatName: string) {
    this.stats = stats;
    this.prefix = `cluster.${clusterStatName}.redis_cluster.upstream_commands`;
    this.byCommand = new Map();
    this.all = stats.histogram(`${this.prefix}.upstream_rq_time`, 'us');
  }

  start(command: CommandFacts): void {
    this.of(command).total.inc();
  }

  finish(command: CommandFacts, isSuccess: boolean, ms: number): void {
    const { success, failure, latency } = this.of(command);
    (isSuccess ? success : failure).inc();
    latency.record(ms * 1000);
    this.all.record(ms * 1000);
  }

  private of({ upstreamName }: CommandFacts): UpstreamCommand {
    let found = this.byCommand.get(upstreamName);
    if (found === undefined) {
      found = new UpstreamCommand(this.stats, `${this.prefix}.${upstreamName}`);
      this.byCommand.set(upstreamName, found);
    }
    return found;
  }
}
