import type { FractionConfig } from '../../../../api/config-node.js';
import type { NetworkFilterContext } from '../../../../api/network-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { LogSink, ThreadScope } from '../../../../api/thread-scope.js';
import { type MongoLimits, mongoLimits } from '../../../../codec/mongo/mongo-decoder.js';
import type { MongoProxyConfig } from './config.js';
import { M, NamedStats, X } from './mongo-stats.js';

function always(runtimeKey: string): FractionConfig {
  return { numerator: 100, denominator: 100, runtimeKey };
}

/** Switches of the runtime, all on unless it says otherwise. */
export const Switch = {
  proxy: always('mongo.proxy_enabled'),
  connectionLogging: always('mongo.connection_logging_enabled'),
  logging: always('mongo.logging_enabled'),
  drainClose: always('mongo.drain_close_enabled'),
  /** Of Sluice alone: at 0 OP_MSG and OP_COMPRESSED are decoding errors, as they are in Envoy. */
  opMsg: always('mongo.op_msg_enabled'),
};

/** Beginnings of messages that connections of one filter in one thread may keep, together. */
const keptLimitBytes = 256 * 1024 * 1024;

/** One configured filter in one thread: what its connections share. */
export class MongoProxy {
  readonly config: MongoProxyConfig;
  readonly scope: ThreadScope;
  readonly limits: MongoLimits;
  readonly stats: BoundStats;
  readonly ownStats: BoundStats;
  readonly names: NamedStats;
  /** Null: nothing is logged. */
  readonly log: LogSink | null;
  private readonly listenerName: string;
  private keptBytes: number;

  constructor(config: MongoProxyConfig, scope: ThreadScope, context: NetworkFilterContext) {
    const root = `mongo.${config.statPrefix}`;
    this.config = config;
    this.scope = scope;
    this.limits = { ...mongoLimits, depth: config.maxDepth + 1 };
    this.stats = scope.stats.bind(root, M);
    this.ownStats = scope.stats.bind(root, X);
    this.names = new NamedStats(scope.stats, root, config.commands);
    this.log = config.accessLogPath === '' ? null : scope.logFile(config.accessLogPath);
    this.listenerName = context.listenerName;
    this.keptBytes = 0;
  }

  isOn(fraction: FractionConfig): boolean {
    return this.scope.runtime.sampled(fraction, this.scope.random.u32());
  }

  /** A connection keeps so many bytes more, or less; false when that is too much for all together. */
  keep(change: number): boolean {
    this.keptBytes += change;
    return change <= 0 || this.keptBytes <= keptLimitBytes;
  }

  /** How long the next message is held back; 0 for not at all. */
  drawDelayMs(): number {
    const { delay } = this.config;
    if (delay === null || !this.isOn(delay.fraction)) return 0;
    return this.scope.runtime.number('mongo.fault.fixed_delay.duration_ms', delay.ms);
  }

  get isDraining(): boolean {
    return this.scope.drain.shouldClose(this.listenerName) && this.isOn(Switch.drainClose);
  }
}
