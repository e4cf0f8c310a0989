import { type Counter, type Histogram, type StatScope, statBlock } from '../../../../api/stats.js';
import type { QueryKind } from './query-info.js';

/** `mongo.<stat_prefix>.` */
export const M = statBlock({
  counters: [
    'cx_destroy_local_with_active_rq',
    'cx_destroy_remote_with_active_rq',
    'cx_drain_close',
    'decoding_error',
    'delays_injected',
    'op_command',
    'op_command_reply',
    'op_get_more',
    'op_insert',
    'op_kill_cursors',
    'op_query',
    'op_query_await_data',
    'op_query_exhaust',
    'op_query_multi_get',
    'op_query_no_cursor_timeout',
    'op_query_no_max_time',
    'op_query_scatter_get',
    'op_query_tailable_cursor',
    'op_reply',
    'op_reply_cursor_not_found',
    'op_reply_query_failure',
    'op_reply_valid_cursor',
  ],
  gauges: ['op_query_active'],
});

/** Beside them, for what Envoy takes for decoding errors. */
export const X = statBlock({ counters: ['op_compressed', 'op_msg', 'op_msg_reply'] });

/** Names come from clients: what is beyond so many of them is not counted by name. */
const nameLimit = 2000;

/** A line break in a name would be one in every list of stats. */
const unprintable = /[^ -~\u0080-\uffff]/g;

/** Requests of one kind, and what was answered to them. Made as they are first needed. */
export class OperationStats {
  private readonly total: Counter;
  private readonly scatterGets: Counter;
  private readonly multiGets: Counter;
  private readonly documents: Histogram;
  private readonly size: Histogram;
  private readonly time: Histogram;

  constructor(stats: StatScope, prefix: string) {
    this.total = stats.counter(`${prefix}.total`);
    this.scatterGets = stats.counter(`${prefix}.scatter_get`);
    this.multiGets = stats.counter(`${prefix}.multi_get`);
    this.documents = stats.histogram(`${prefix}.reply_num_docs`, 'count');
    this.size = stats.histogram(`${prefix}.reply_size`, 'bytes');
    this.time = stats.histogram(`${prefix}.reply_time_ms`, 'ms');
  }

  start(kind: QueryKind): void {
    this.total.inc();
    if (kind === 'scatter-get') this.scatterGets.inc();
    else if (kind === 'multi-get') this.multiGets.inc();
  }

  finish(documents: number, bytes: number, ms: number): void {
    this.documents.record(documents);
    this.size.record(bytes);
    this.time.record(ms);
  }
}

/** The stats whose names depend on what clients send. */
export class NamedStats {
  private readonly stats: StatScope;
  private readonly root: string;
  private readonly commands: ReadonlySet<string>;
  private readonly byName: Map<string, OperationStats>;

  constructor(stats: StatScope, root: string, commands: readonly string[]) {
    this.stats = stats;
    this.root = root;
    this.commands = new Set(commands);
    this.byName = new Map();
  }

  command(name: string): OperationStats | null {
    return this.named(`cmd.${this.commands.has(name) ? name : 'unknown_command'}`);
  }

  collection(name: string): OperationStats | null {
    return this.named(`collection.${name}.query`);
  }

  callSite(collection: string, callSite: string): OperationStats | null {
    return this.named(`collection.${collection}.callsite.${callSite}.query`);
  }

  private named(given: string): OperationStats | null {
    const name = given.replaceAll(unprintable, '_');
    const found = this.byName.get(name);
    if (found !== undefined) return found;
    if (this.byName.size >= nameLimit) return null;
    const made = new OperationStats(this.stats, `${this.root}.${name}`);
    this.byName.set(name, made);
    return made;
  }
}
