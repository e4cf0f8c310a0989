import type { ShardTask, ToMain } from '../api/messages.js';
import type { HostUpdate } from '../api/messages-upstream.js';
import { BufferPool } from '../base/buffer-pool.js';
import { systemClock } from '../base/clock.js';
import type { Plain } from '../base/plain.js';
import { SystemRandom } from '../base/random.js';
import { TimerWheel } from '../base/timer-wheel.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import type { Snapshot } from '../plane/snapshot.js';
import { LiveRuntime } from '../runtime/live-runtime.js';
import { RuntimeSnapshot } from '../runtime/snapshot.js';
import { bucketBounds, statRules, tagExtractor } from '../stats/stats-config.js';
import { StatStore } from '../stats/store.js';
import { systemResolvers } from '../upstream/membership/system-resolver.js';
import { ClusterRegistry } from '../upstream/membership/registry.js';
import { Acceptor } from './acceptor.js';
import { buildId } from './build.js';
import { type Descriptors, loadDescriptors } from './descriptors.js';
import { localAddress } from './local-address.js';
import type { ProcessLog } from './log.js';
import type { ServerOptions } from './options.js';
import { type ServerState, S, serverStateNumbers } from './server-stats.js';
import type { WorkerShard } from './shard.js';
import { ShardPool, type ShardPoolOwner } from './shard-pool.js';
import { StatsFlush } from './stats-flush.js';

/** What start-up was given. */
export interface ServerInput {
  readonly options: ServerOptions;
  readonly model: BootstrapModel;
  readonly snapshot: Snapshot;
  /** The bootstrap as `/config_dump` shows it. */
  readonly dump: string;
  readonly log: ProcessLog;
}

const tickMs = 100;

/** The main thread of a running proxy: clusters, workers, listeners, stats, and how it all ends. */
export class Server implements ShardPoolOwner {
  readonly input: ServerInput;
  readonly store: StatStore;
  readonly pool: ShardPool;
  readonly clusters: ClusterRegistry;
  readonly runtime: LiveRuntime;
  readonly startedMs: number;
  readonly boundsOf: (name: string) => readonly number[];
  private readonly timers: TimerWheel;
  private readonly acknowledged: Map<string, Map<number, number>>;
  private readonly flush: StatsFlush;
  private readonly acceptorNow: Acceptor;
  private readonly tick: NodeJS.Timeout;
  private readonly stats;
  private onDrained: (() => void) | null;
  private readonly drained: Set<number>;
  private readonly servingOnce: (() => void)[];
  private readonly laneOf: Map<WorkerShard, number>;
  private nextLane: number;
  state: ServerState;
  isHealthCheckFailed: boolean;
  restarts: number;

  constructor(input: ServerInput, descriptors: Descriptors) {
    const { options, model, log } = input;
    this.input = input;
    this.startedMs = systemClock.now();
    const rules = statRules(model.statsConfig);
    this.store = new StatStore({ rules: rules ?? null, naming: tagExtractor(model.statsConfig) });
    this.boundsOf = bucketBounds(model.statsConfig);
    this.runtime = new LiveRuntime(new RuntimeSnapshot(model.runtime));
    this.timers = new TimerWheel(systemClock);
    this.acknowledged = new Map();
    this.drained = new Set();
    this.servingOnce = [];
    this.laneOf = new Map();
    this.nextLane = 1;
    this.onDrained = null;
    this.state = 'PRE_INITIALIZING';
    this.isHealthCheckFailed = false;
    this.restarts = 0;
    this.stats = this.store.lane.bind('server', S);
    this.pool = new ShardPool(
      {
        count: options.concurrency,
        clock: systemClock,
        missMs: model.watchdog.missMs,
        megaMissMs: model.watchdog.megaMissMs,
        killMs: model.watchdog.killMs === 0 ? 20_000 : model.watchdog.killMs,
      },
      this,
    );
    this.clusters = new ClusterRegistry({
      threads: options.concurrency + 1,
      clock: systemClock,
      timers: this.timers,
      random: new SystemRandom(),
      runtime: this.runtime,
      stats: this.store.lane,
      log,
      resolverFor: systemResolvers(),
      publish: (update) => this.publishHosts(update),
      acknowledgedVersion: (cluster) => this.acknowledgedVersion(cluster),
    });
    this.flush = new StatsFlush(this, model, options.exactStatsd);
    this.acceptorNow = new Acceptor(
      this.pool,
      descriptors,
      {
        onDescriptorsExhausted: (listener) => {
          this.store.lane.counter('server.descriptors_exhausted').inc();
          log.error(`listener ${listener}: no file descriptor is left for a connection (EMFILE); raise the limit (ulimit -n)`);
        },
      },
      log,
    );
    this.tick = setInterval(() => this.onTick(), tickMs);
    this.declareStats();
  }

  /** Where it is listening. */
  get acceptor(): Acceptor {
    return this.acceptorNow;
  }

  /** Brings clusters up, starts the workers, then binds. Rejects when a listener cannot be bound. */
  async start(): Promise<void> {
    const { model, log } = this.input;
    this.state = 'INITIALIZING';
    const ready = model.clusters.map(
      (cluster) => new Promise<void>((resolve) => void this.clusters.add(cluster, resolve)),
    );
    const serving = new Promise<void>((resolve) => this.servingOnce.push(resolve));
    this.pool.start();
    await serving;
    await Promise.all(ready);
    for (const listener of model.listeners) await this.acceptorNow.listen(listener);
    this.state = 'LIVE';
    this.flush.start();
    for (const bound of this.acceptorNow.bound) log.info(`listener '${bound.listener}' listens on ${bound.text}`);
    log.info('all listeners are up');
  }

  /** SIGTERM: no new connections, requests in progress get the grace time; then everything ends. */
  async shutdown(graceMs: number): Promise<void> {
    this.state = 'DRAINING';
    this.acceptorNow.close();
    const done = new Promise<void>((resolve) => {
      this.onDrained = resolve;
    });
    this.pool.broadcast({ kind: 'drain' });
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    if (graceMs > 0) await Promise.race([done, grace]);
    clearTimeout(timer);
    await this.stop();
  }

  /** Ends at once: workers close what is open, stats are flushed a last time. */
  async stop(): Promise<void> {
    this.acceptorNow.close();
    clearInterval(this.tick);
    await this.pool.stop(1000);
    this.clusters.close();
    this.timers.close();
    this.flush.stop();
  }

  // ShardPoolOwner

  taskFor(shard: WorkerShard): ShardTask {
    const { options, model, snapshot } = this.input;
    const lane = this.nextLane++;
    this.laneOf.set(shard, lane);
    this.store.attach(lane);
    return {
      threadIndex: shard.index + 1,
      threads: options.concurrency + 1,
      build: buildId,
      control: shard.control,
      snapshot: snapshot as unknown as Plain,
      settings: {
        nodeId: options.serviceNode ?? model.node.id,
        nodeCluster: options.serviceCluster ?? model.node.cluster,
        nodeZone: options.serviceZone ?? model.node.zone,
        localAddress: localAddress(options.localAddressVersion),
        logLevel: options.logLevel,
        runtime: model.runtime,
        statsConfig: model.statsConfig,
        modules: options.filterModules,
        logFlushMs: options.fileFlushMs,
        logFlushBytes: options.fileFlushBytes,
      },
    };
  }

  onServing(shard: WorkerShard): void {
    for (const update of this.clusters.updates()) shard.send({ kind: 'hosts', update });
    if (this.isHealthCheckFailed) shard.send({ kind: 'fail-health-check', isFailed: true });
    if (this.state === 'DRAINING') shard.send({ kind: 'drain' });
    if (this.pool.serving.length === this.input.options.concurrency) {
      for (const resolve of this.servingOnce.splice(0)) resolve();
    }
  }

  onMessage(shard: WorkerShard, message: ToMain): void {
    switch (message.kind) {
      case 'stats':
        this.store.receive(this.laneOf.get(shard) ?? -1, message.messages);
        break;
      case 'log':
        this.input.log.relay(message.level, message.text);
        break;
      case 'hosts-acknowledged':
        this.acknowledge(message.ack.cluster, shard.index, message.ack.version);
        break;
      case 'outlier':
        this.clusters.onOutlierReport(message.report);
        break;
      case 'health-failure':
        this.clusters.onImmediateHealthFailure(message.failure);
        break;
      case 'drained':
        this.drained.add(shard.index);
        this.checkDrained();
        break;
      default:
        break;
    }
  }

  onDeath(shard: WorkerShard, error: Error): void {
    const lane = this.laneOf.get(shard);
    if (lane !== undefined) this.store.retire(lane);
    this.laneOf.delete(shard);
    this.clusters.reclaim(shard.index + 1);
    for (const versions of this.acknowledged.values()) versions.delete(shard.index);
    if (this.state === 'DRAINING') {
      this.drained.add(shard.index);
      this.checkDrained();
      return;
    }
    this.restarts++;
    this.stats.inc(S.worker_restarts);
    this.input.log.error(`worker ${shard.index} died: ${error.message}; its connections are lost, a new one starts`);
  }

  private checkDrained(): void {
    if (this.drained.size >= this.input.options.concurrency) this.onDrained?.();
  }

  private publishHosts(update: HostUpdate): void {
    this.pool.broadcast({ kind: 'hosts', update });
  }

  private acknowledge(cluster: string, worker: number, version: number): void {
    let versions = this.acknowledged.get(cluster);
    if (versions === undefined) {
      versions = new Map();
      this.acknowledged.set(cluster, versions);
    }
    versions.set(worker, version);
  }

  private acknowledgedVersion(cluster: string): number {
    const versions = this.acknowledged.get(cluster);
    if (versions === undefined || versions.size < this.input.options.concurrency) return 0;
    return Math.min(...versions.values());
  }

  private onTick(): void {
    this.pool.watch();
  }

  private declareStats(): void {
    const { store, input } = this;
    store.gaugeSource('server.uptime', () => Math.floor((systemClock.now() - this.startedMs) / 1000));
    store.gaugeSource('server.concurrency', () => input.options.concurrency);
    store.gaugeSource('server.live', () => (this.state === 'LIVE' && !this.isHealthCheckFailed ? 1 : 0));
    store.gaugeSource('server.state', () => serverStateNumbers[this.state]);
    store.gaugeSource('server.total_connections', () => this.pool.connections);
    store.gaugeSource('server.memory_heap_size', () => process.memoryUsage().heapTotal);
    store.gaugeSource('server.memory_allocated', () => process.memoryUsage().heapUsed);
    store.gaugeSource('server.memory_physical_size', () => process.memoryUsage.rss());
    store.gaugeSource('cluster_manager.active_clusters', () => input.model.clusters.length);
    store.gaugeSource('listener_manager.total_listeners_active', () => input.model.listeners.length);
    store.gaugeSource('listener_manager.workers_started', () => (this.state === 'LIVE' ? 1 : 0));
  }
}

/** Makes a server; refuses by name what this machine cannot do. */
export function makeServer(input: ServerInput): Server {
  const descriptors = loadDescriptors();
  if (descriptors === null) {
    throw new Error('koffi cannot load here: handing connections to worker threads needs it (npm install koffi)');
  }
  return new Server(input, descriptors);
}

/** Buffers for main's own connections. */
export const mainBuffers = new BufferPool(1024 * 1024);
