import { type BoundStats, type Histogram, type StatScope, statBlock } from '../../../../api/stats.js';

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

/** `cluster.<name>.redis_cluster.upstream_commands.<command>.` */
const U = statBlock({ counters: ['failure', 'success', 'total'] });

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
    this.latency.record(this.isInMicros ? ms * 1000 : ms);
  }
}

interface UpstreamCommand {
  readonly counters: BoundStats;
  readonly latency: Histogram;
}

/** Commands as hosts of one cluster answered them. */
export class UpstreamCommandStats {
  private readonly stats: StatScope;
  private readonly prefix: string;
  private readonly known: ReadonlyMap<string, unknown>;
  private readonly byCommand: Map<string, UpstreamCommand>;
  private readonly all: Histogram;

  constructor(stats: StatScope, clusterStatName: string, known: ReadonlyMap<string, unknown>) {
    this.stats = stats;
    this.prefix = `cluster.${clusterStatName}.redis_cluster.upstream_commands`;
    this.known = known;
    this.byCommand = new Map();
    this.all = stats.histogram(`${this.prefix}.upstream_rq_time`, 'us');
  }

  start(command: string): void {
    const { counters } = this.of(command);
    counters.inc(U.total);
  }

  finish(command: string, isSuccess: boolean, ms: number): void {
    const { counters, latency } = this.of(command);
    counters.inc(isSuccess ? U.success : U.failure);
    latency.record(ms * 1000);
    this.all.record(ms * 1000);
  }

  private of(command: string): UpstreamCommand {
    const kind = this.known.get(command);
    const name = kind === undefined || kind === 'transaction' || kind === 'local' ? 'unknown' : command;
    let found = this.byCommand.get(name);
    if (found === undefined) {
      const prefix = `${this.prefix}.${name}`;
      found = {
        counters: this.stats.bind(prefix, U),
        latency: this.stats.histogram(`${prefix}.latency`, 'us'),
      };
      this.byCommand.set(name, found);
    }
    return found;
  }
}
