import { type BoundStats, type Counter, type StatScope, statBlock } from '../api/stats.js';

const T = statBlock({ histograms: ['upstream_rq_time'], histogramUnits: { upstream_rq_time: 'us' } });
const L = statBlock({ histograms: ['latency'], histogramUnits: { latency: 'us' } });

/** Counters are made as they are first needed, each for itself: outcomes that have not happened are not listed. */
class OneCommand {
  readonly total: Counter;
  readonly success: Counter;
  readonly failure: Counter;
  readonly times: BoundStats;

  constructor(stats: StatScope, prefix: string) {
    this.total = stats.counter(`${prefix}.total`);
    this.success = stats.counter(`${prefix}.success`);
    this.failure = stats.counter(`${prefix}.failure`);
    this.times = stats.bind(prefix, L);
  }
}

/** What hosts of one cluster made of Redis commands: below `prefix`, and by command where that is wanted. */
export class RedisCommandStats {
  private readonly stats: StatScope;
  private readonly prefix: string;
  /** Null before the first command. */
  private all: BoundStats | null;
  /** Null: only the time of all commands is kept. */
  private readonly byCommand: Map<string, OneCommand> | null;

  constructor(stats: StatScope, prefix: string, hasCommands: boolean) {
    this.stats = stats;
    this.prefix = `${prefix}.upstream_commands`;
    this.all = null;
    this.byCommand = hasCommands ? new Map() : null;
  }

  start(command: string): void {
    this.all ??= this.stats.bind(this.prefix, T);
    if (this.byCommand !== null) this.of(command, this.byCommand).total.inc();
  }

  finish(command: string, isSuccess: boolean, ms: number): void {
    this.all?.record(T.upstream_rq_time, ms * 1000);
    if (this.byCommand === null) return;
    const { success, failure, times } = this.of(command, this.byCommand);
    (isSuccess ? success : failure).inc();
    times.record(L.latency, ms * 1000);
  }

  private of(command: string, known: Map<string, OneCommand>): OneCommand {
    let found = known.get(command);
    if (found === undefined) {
      found = new OneCommand(this.stats, `${this.prefix}.${command}`);
      known.set(command, found);
    }
    return found;
  }
}
