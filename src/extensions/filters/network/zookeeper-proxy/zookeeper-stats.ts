import {
  type BoundStats,
  type Counter,
  type Histogram,
  type StatScope,
  statBlock,
} from '../../../../api/stats.js';
import { OpCode } from '../../../../codec/zookeeper/op-codes.js';
import type { ZooKeeperProxyConfig } from './config.js';

/** How stats and metadata call the operations. */
const names = new Map<number, string>([
  [OpCode.connect, 'connect'],
  [OpCode.create, 'create'],
  [OpCode.delete, 'delete'],
  [OpCode.exists, 'exists'],
  [OpCode.getData, 'getdata'],
  [OpCode.setData, 'setdata'],
  [OpCode.getAcl, 'getacl'],
  [OpCode.setAcl, 'setacl'],
  [OpCode.getChildren, 'getchildren'],
  [OpCode.sync, 'sync'],
  [OpCode.ping, 'ping'],
  [OpCode.getChildren2, 'getchildren2'],
  [OpCode.check, 'check'],
  [OpCode.multi, 'multi'],
  [OpCode.create2, 'create2'],
  [OpCode.reconfig, 'reconfig'],
  [OpCode.checkWatches, 'checkwatches'],
  [OpCode.removeWatches, 'removewatches'],
  [OpCode.createContainer, 'createcontainer'],
  [OpCode.createTtl, 'createttl'],
  [OpCode.close, 'close'],
  [OpCode.auth, 'auth'],
  [OpCode.setWatches, 'setwatches'],
  [OpCode.getEphemerals, 'getephemerals'],
  [OpCode.getAllChildrenNumber, 'getallchildrennumber'],
  [OpCode.setWatches2, 'setwatches2'],
  [OpCode.addWatch, 'addwatch'],
]);

/** Listed from the start, as in Envoy, which has `setauth` beside `auth` and never counts it. */
const listed = [...[...names.values()].filter((name) => name !== 'auth'), 'setauth'];
const answers = ['', '_fast', '_slow'].flatMap((ending) =>
  [...listed, 'auth'].map((name) => `${name}_resp${ending}`),
);

/** `<stat_prefix>.zookeeper.` */
export const Z = statBlock({
  counters: [
    ...answers,
    ...listed.map((name) => `${name}_rq`),
    'connect_readonly_rq',
    'decoder_error',
    'request_bytes',
    'response_bytes',
    'watch_event',
  ].sort(),
});

/** Where a name of the block stands; it is one of the block's own. */
function slotOf(name: string): number {
  return Z[name] ?? Number.NaN;
}

const schemes = new Set(['auth', 'digest', 'host', 'ip', 'ping_response', 'world', 'x509']);

/** What is counted of one operation. */
export class OperationStats {
  readonly name: string;
  /** As metadata and latencies call the answer. */
  readonly answerName: string;
  private readonly bound: BoundStats;
  private readonly answerSlot: number;
  private readonly fastSlot: number;
  private readonly slowSlot: number;
  private readonly requestBytes: Counter | null;
  private readonly responseBytes: Counter | null;
  private readonly errors: Counter | null;
  private readonly latency: Histogram;
  /** Null: fast and slow answers are not told apart. */
  private readonly thresholdMs: number | null;

  constructor(
    scope: StatScope,
    bound: BoundStats,
    opCode: number,
    name: string,
    config: ZooKeeperProxyConfig,
  ) {
    const { threshold } = config;
    const counter = (ending: string, isCounted: boolean): Counter | null =>
      isCounted ? scope.counter(`${bound.prefix}.${name}_${ending}`) : null;
    this.name = name;
    this.answerName = /^(?:connect|ping|auth)$/.test(name) ? `${name}_response` : `${name}_resp`;
    this.bound = bound;
    this.answerSlot = slotOf(`${name}_resp`);
    this.fastSlot = slotOf(`${name}_resp_fast`);
    this.slowSlot = slotOf(`${name}_resp_slow`);
    this.requestBytes = counter('rq_bytes', config.countsRequestBytes);
    this.responseBytes = counter('resp_bytes', config.countsResponseBytes);
    this.errors = counter('decoder_error', config.countsErrors && opCode !== OpCode.connect);
    this.latency = scope.histogram(`${bound.prefix}.${this.answerName}_latency`, 'ms');
    const override = threshold?.overrides.find(([overridden]) => overridden === opCode)?.[1];
    this.thresholdMs = threshold === null ? null : (override ?? threshold.defaultMs);
  }

  onRequestBytes(bytes: number): void {
    this.requestBytes?.add(bytes);
  }

  onResponseBytes(bytes: number): void {
    this.responseBytes?.add(bytes);
  }

  onError(): void {
    this.errors?.inc();
  }

  onAnswer(ms: number): void {
    const { bound, thresholdMs } = this;
    bound.inc(this.answerSlot);
    if (thresholdMs !== null) bound.inc(ms <= thresholdMs ? this.fastSlot : this.slowSlot);
    this.latency.record(ms);
  }
}

/** Everything below `<stat_prefix>.zookeeper.` */
export class ZooKeeperStats {
  private readonly scope: StatScope;
  private readonly bound: BoundStats;
  private readonly operations: ReadonlyMap<number, OperationStats>;

  constructor(scope: StatScope, config: ZooKeeperProxyConfig) {
    const bound = scope.bind(`${config.statPrefix}.zookeeper`, Z);
    this.scope = scope;
    this.bound = bound;
    this.operations = new Map(
      [...names].map(([opCode, name]) => [opCode, new OperationStats(scope, bound, opCode, name, config)]),
    );
  }

  /** Undefined for what is no operation. */
  operation(opCode: number): OperationStats | undefined {
    return this.operations.get(opCode);
  }

  count(name: string, n = 1): void {
    this.bound.add(slotOf(name), n);
  }

  /** Schemes of clients' own are counted together. */
  countAuth(scheme: string): void {
    const known = schemes.has(scheme) ? scheme : 'unknown_scheme';
    this.scope.counter(`${this.bound.prefix}.auth.${known}_rq`).inc();
  }
}
