import type { MemoryUsage, ShardTask, ToMain, ToWorker } from '../api/messages.js';
import type { HostUpdate } from '../api/messages-upstream.js';
import { BufferPool } from '../base/buffer-pool.js';
import { systemClock } from '../base/clock.js';
import type { Plain } from '../base/plain.js';
import { SystemRandom } from '../base/random.js';
import { TimerWheel } from '../base/timer-wheel.js';
import { threadLogFiles } from '../extensions/access-loggers/log-files.js';
import { extensionRegistry } from '../extensions/index.js';
import { buildStamp } from '../plane/build-stamp.js';
import { allocateSharedMemory } from '../plane/shared-memory.js';
import type { LiveThreadScope } from '../plane/thread-scope.js';
import { ThreadSecrets } from '../plane/thread-secrets.js';
import { LiveRuntime } from '../runtime/live-runtime.js';
import type { RuntimeSnapshot } from '../runtime/snapshot.js';
import { bucketBounds, statRules, tagExtractor, withFixedTags } from '../stats/stats-config.js';
import { StatStore } from '../stats/store.js';
import { AsyncClient } from '../upstream/async-client.js';
import type { ClusterConfig } from '../upstream/config.js';
import type { DnsCacheScope } from '../upstream/dns-cache/dns-cache.js';
import { DnsCaches } from '../upstream/dns-cache/dns-caches.js';
import { FileWatches } from '../upstream/membership/file-watches.js';
import { ClusterRegistry } from '../upstream/membership/registry.js';
import { systemResolvers } from '../upstream/membership/system-resolver.js';
import { Acceptor } from './acceptor.js';
import { addClusters } from './add-clusters.js';
import { AssignmentFiles } from './assignment-files.js';
import { Certificates } from './certificates.js';
import { declareClusterStats } from './cluster-gauges.js';
import { DescriptorBudget, openFilesLimit } from './descriptor-budget.js';
import { type Descriptors, loadDescriptors } from './descriptors.js';
import { HostVersions } from './host-versions.js';
import { ListenerDrain } from './listener-drain.js';
import { MainClusters } from './main-clusters.js';
import { mainScope } from './main-scope.js';
import { countStart, declareListenerStats, declareMainStats, LM, type MainFacts } from './main-stats.js';
import { guardedLimits } from './overload-manager.js';
import { runSecretJob } from './run-job.js';
import { RuntimeLayers } from './runtime-layers.js';
import { SecretFiles } from './secret-files.js';
import type { ServerInput } from './server-input.js';
import { S, type ServerState } from './server-stats.js';
import type { WorkerShard } from './shard.js';
import { ShardPool, type ShardPoolOwner } from './shard-pool.js';
import { shardSettings } from './shard-settings.js';
import { StatsFlush } from './stats-flush.js';
import { Watchdog } from './watchdog.js';
import { WorkerPoll } from './worker-poll.js';

const tickMs = 100;

/** The main thread of a running proxy: clusters, workers, listeners, stats, and how it all ends. */
export class Server implements ShardPoolOwner, MainFacts {
  readonly input: ServerInput;
  readonly store: StatStore;
  readonly pool: ShardPool;
  private readonly assignmentFiles: AssignmentFiles;
  readonly clusters: ClusterRegistry;
  private readonly resolving: Omit<DnsCacheScope, 'tellName'>;
  private readonly nameCaches: DnsCaches;
  readonly runtime: LiveRuntime;
  private readonly runtimeLayers: RuntimeLayers;
  readonly secrets: ThreadSecrets;
  readonly certificates: Certificates;
  private readonly secretFiles: SecretFiles;
  readonly startedMs: number;
  readonly boundsOf: (name: string) => readonly number[];
  readonly timers: TimerWheel;
  readonly scope: LiveThreadScope;
  readonly buffers: BufferPool;
  readonly ownClusters: MainClusters;
  private readonly hostVersions: HostVersions;
  private readonly watchdog: Watchdog;
  readonly flush: StatsFlush;
  /** Asks workers for what they use. */
  readonly memory: WorkerPoll<MemoryUsage>;
  /** Asks workers for what they know of requests. */
  readonly questions: WorkerPoll<Plain>;
  /** What `/drain_listeners` has started. */
  readonly listenerDrain: ListenerDrain;
  private readonly acceptorNow: Acceptor;
  private readonly sharedMemory: SharedArrayBuffer;
  private readonly tick: NodeJS.Timeout;
  private readonly stats;
  private onDrained: (() => void) | null;
  private starting: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null;
  private readonly laneOf: Map<WorkerShard, number>;
  private nextLane: number;
  state: ServerState;
  isHealthCheckFailed: boolean;

  constructor(input: ServerInput, descriptors: Descriptors) {
    const { options, model, log, threads } = input;
    this.input = input;
    this.startedMs = systemClock.now();
    const rules = statRules(model.statsConfig);
    this.store = new StatStore({
      rules: rules ?? null,
      naming: tagExtractor(withFixedTags(model.statsConfig, options.statsTags)),
    });
    this.boundsOf = bucketBounds(model.statsConfig);
    const { lane } = this.store;
    this.runtimeLayers = new RuntimeLayers(
      model.runtime,
      options.serviceCluster ?? model.node.cluster,
      lane,
      log,
    );
    this.runtime = new LiveRuntime(this.runtimeLayers.load(undefined));
    // Envoy counts the load at its start twice.
    this.runtimeLayers.countLoad();
    this.timers = new TimerWheel(systemClock);
    this.hostVersions = new HostVersions(options.concurrency);
    this.watchdog = new Watchdog(model.watchdog, options.concurrency, this.store, systemClock, log);
    this.buffers = new BufferPool();
    this.starting = null;
    this.laneOf = new Map();
    this.sharedMemory = allocateSharedMemory();
    this.nextLane = 1;
    this.onDrained = null;
    this.state = 'PRE_INITIALIZING';
    this.isHealthCheckFailed = false;
    this.stats = this.store.lane.bind('server', S);
    this.pool = new ShardPool({ count: options.concurrency, threads, clock: systemClock }, this);
    this.secrets = new ThreadSecrets(model.secrets);
    this.secretFiles = this.makeSecretFiles();
    this.certificates = new Certificates(model, extensionRegistry(), this.secrets);
    this.certificates.declareGauges(this.store);
    this.ownClusters = this.makeOwnClusters();
    this.scope = mainScope(this, this.sharedMemory);
    this.ownClusters.attach(this.scope);
    this.assignmentFiles = new AssignmentFiles();
    this.resolving = this.makeResolving();
    this.nameCaches = this.makeNameCaches();
    this.clusters = this.makeClusters();
    this.flush = new StatsFlush(this, model, options.exactStatsd);
    this.acceptorNow = this.makeAcceptor(descriptors);
    this.memory = new WorkerPoll();
    this.questions = new WorkerPoll();
    this.listenerDrain = this.makeListenerDrain();
    this.tick = setInterval(() => this.onTick(), tickMs);
    declareMainStats(this, options.concurrency, model.shownVersion);
    for (const listener of model.listeners) declareListenerStats(this.store, listener, options.concurrency);
  }

  /** Where it is listening. */
  get acceptor(): Acceptor {
    return this.acceptorNow;
  }

  /** Downstream connections, over all workers. */
  get connections(): number {
    return this.pool.connections;
  }

  get activeListeners(): number {
    return new Set(this.acceptorNow.bound.map(({ listener }) => listener)).size;
  }

  get clusterCounts(): { readonly active: number; readonly warming: number } {
    return this.clusters.counts();
  }

  /** Brings clusters up, starts the workers, then binds. Rejects when a worker cannot start or a listener be bound. */
  async start(): Promise<void> {
    const { model, options, log } = this.input;
    countStart(this.store, model);
    this.secretFiles.start(model.watchedSecrets, model.secrets);
    const ready = await addClusters(model.clusters, (cluster) => this.addCluster(cluster));
    const serving = new Promise<void>((resolve, reject) => {
      this.starting = { resolve, reject };
    });
    this.pool.start();
    await serving;
    this.starting = null;
    await Promise.all(ready);
    this.setState('PRE_INITIALIZING', 'INITIALIZING');
    for (const listener of model.listeners) {
      await this.acceptorNow.listen(listener);
      this.store.lane.bind('listener_manager', LM).add(LM.listener_create_success, options.concurrency);
    }
    this.setState('INITIALIZING', 'LIVE');
    this.pool.keepSpare();
    this.pool.broadcast({ kind: 'warm', listeners: this.acceptorNow.slotsByListener });
    this.stats.record(S.initialization_time_ms, systemClock.now() - this.startedMs);
    this.flush.start();
    this.runtimeLayers.watch(() => this.reloadRuntime());
    for (const bound of this.acceptorNow.bound)
      log.info(`listener '${bound.listener}' listens on ${bound.text}`);
    log.info('all listeners are up');
  }

  /** SIGTERM: no new connections, requests in progress get the grace time; then everything ends. */
  async shutdown(graceMs: number): Promise<void> {
    this.state = 'DRAINING';
    // Connections that the kernel completed meanwhile are accepted in the turn between.
    await new Promise((resolve) => setImmediate(resolve));
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
    this.ownClusters.close();
    this.nameCaches.close();
    this.timers.close();
    this.listenerDrain.close();
    this.runtimeLayers.close();
    this.secretFiles.close();
    await this.assignmentFiles.close();
    await this.flush.stop();
    await threadLogFiles.closeAll();
  }

  // ShardPoolOwner

  taskFor(shard: WorkerShard): ShardTask {
    const { options, snapshot } = this.input;
    const lane = this.nextLane++;
    this.laneOf.set(shard, lane);
    this.store.attach(lane);
    return {
      threadIndex: shard.index + 1,
      threads: options.concurrency + 1,
      build: buildStamp,
      control: shard.control,
      shared: this.sharedMemory,
      snapshot: snapshot as unknown as Plain,
      secrets: this.secrets.list(),
      settings: shardSettings(this.input, this.runtime),
    };
  }

  onServing(shard: WorkerShard): void {
    for (const update of this.clusters.updates()) shard.send({ kind: 'hosts', update });
    for (const answer of this.nameCaches.answers()) shard.send({ kind: 'name', answer });
    if (this.state === 'LIVE') shard.send({ kind: 'warm', listeners: this.acceptorNow.slotsByListener });
    if (this.isHealthCheckFailed) shard.send({ kind: 'fail-health-check', isFailed: true });
    if (this.state === 'DRAINING') shard.send({ kind: 'drain' });
    for (const message of this.listenerDrain.draining) shard.send(message);
    this.acceptorNow.review();
    if (this.pool.serving.length === this.input.options.concurrency) this.starting?.resolve();
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
        this.hostVersions.acknowledge(message.ack.cluster, shard.index, message.ack.version);
        break;
      case 'outlier':
        this.clusters.onOutlierReport(message.report);
        break;
      case 'health-failure':
        this.clusters.onImmediateHealthFailure(message.failure);
        break;
      case 'host-wanted':
        this.clusters.onHostWanted(message.want);
        break;
      case 'name-wanted':
        this.nameCaches.onWant(message.want);
        break;
      case 'memory':
        this.memory.onAnswer(shard.index, message.id, message.usage);
        break;
      case 'answer':
        this.questions.onAnswer(shard.index, message.id, message.answer);
        break;
      case 'descriptors-exhausted':
        this.acceptorNow.complain(message.listener);
        break;
      case 'drained':
        if (this.pool.isDrained) this.onDrained?.();
        break;
      default:
        break;
    }
  }

  onEnd(shard: WorkerShard, error: Error | null): void {
    const lane = this.laneOf.get(shard);
    if (lane !== undefined) this.store.retire(lane);
    this.laneOf.delete(shard);
    this.clusters.reclaim(shard.index + 1);
    this.hostVersions.forget(shard.index);
    this.acceptorNow.onWorkerGone(shard);
    if (error === null) return;
    const why = reasonOf(error);
    if (this.starting !== null) {
      this.starting.reject(new Error(`worker ${shard.index} cannot start: ${why}`));
      return;
    }
    this.stats.inc(S.worker_restarts);
    this.input.log.error(`worker ${shard.index} died, its connections are lost, another one starts: ${why}`);
  }

  /** Puts other runtime values in force in every thread. */
  setRuntime(snapshot: RuntimeSnapshot): void {
    this.runtime.replace(snapshot);
    const layers: Plain = { layers: snapshot.layers };
    this.pool.broadcast({ kind: 'runtime', layers });
  }

  /** Overrides of operators; false when no layer takes them. */
  modifyRuntime(changes: ReadonlyMap<string, string>): boolean {
    const changed = this.runtime.current.withAdminOverrides(changes);
    if (changed === null) return false;
    this.setRuntime(changed);
    this.runtimeLayers.countLoad();
    return true;
  }

  private reloadRuntime(): void {
    const admin = this.runtime.current.layers.find(({ kind }) => kind === 'admin');
    this.setRuntime(this.runtimeLayers.load(admin));
  }

  /** Files that something else moved away are written anew, in every thread. */
  reopenLogs(): void {
    this.input.log.reopen();
    threadLogFiles.reopenAll();
    this.pool.broadcast({ kind: 'reopen-logs' });
  }

  private async addCluster(config: ClusterConfig): Promise<void> {
    await new Promise<void>((resolve) =>
      declareClusterStats(this.store, this.clusters.add(config, resolve), this.runtime),
    );
  }

  private publishHosts(update: HostUpdate): void {
    this.ownClusters.onHosts(update);
    this.pool.broadcast({ kind: 'hosts', update });
  }

  private onTick(): void {
    this.watchdog.look(this.pool.living, tickMs);
    this.acceptorNow.review();
    this.ownClusters.onTick();
  }

  /** A drain that began meanwhile is not undone by start-up getting on. */
  private setState(from: ServerState, to: ServerState): void {
    if (this.state === from) this.state = to;
  }

  private makeSecretFiles(): SecretFiles {
    return new SecretFiles({
      stats: this.store.lane,
      log: this.input.log,
      read: ({ reference }) => runSecretJob(reference),
      onSecret: (secret) => {
        this.secrets.set(secret);
        this.pool.broadcast({ kind: 'secret', secret });
      },
    });
  }

  private makeOwnClusters(): MainClusters {
    return new MainClusters({
      input: this.input,
      timers: this.timers,
      random: new SystemRandom(),
      buffers: this.buffers,
      registry: () => this.clusters,
    });
  }

  private makeResolving(): Omit<DnsCacheScope, 'tellName'> {
    const { lane } = this.store;
    return {
      clock: systemClock,
      timers: this.timers,
      random: new SystemRandom(),
      stats: lane,
      log: this.input.log,
      resolverFor: systemResolvers(lane, this.input.model.resolver),
    };
  }

  private makeNameCaches(): DnsCaches {
    return new DnsCaches({
      ...this.resolving,
      tellName: (answer) => this.pool.broadcast({ kind: 'name', answer }),
    });
  }

  private makeClusters(): ClusterRegistry {
    const client = new AsyncClient(this.scope);
    return new ClusterRegistry({
      ...this.resolving,
      statSources: this.store,
      nameCaches: this.nameCaches,
      threads: this.input.options.concurrency + 1,
      sharedNowMs: () => this.scope.shared.nowMs(),
      runtime: this.runtime,
      extensions: extensionRegistry(),
      secrets: this.secrets,
      readAssignments: (source) => this.assignmentFiles.read(source),
      node: this.scope.node,
      send: (cluster, request, callbacks) => client.send(cluster, request, callbacks),
      fileWatches: new FileWatches(),
      readout: (name, text) => this.store.readout(name, text),
      outlierLog: this.outlierLog(),
      openLog: (path) => this.openEventLog(path),
      buffers: this.scope.buffers,
      publish: (update) => this.publishHosts(update),
      acknowledgedVersion: (cluster) => this.hostVersions.everywhere(cluster),
    });
  }

  private outlierLog(): ((line: string) => void) | null {
    const { outlierEventLog } = this.input.model;
    return outlierEventLog === '' ? null : this.openEventLog(outlierEventLog);
  }

  /** Event logs are buffered and reopened as access logs are. */
  private openEventLog(path: string): (line: string) => void {
    const file = threadLogFiles.open(path, this.scope);
    return (line) => file.write(line);
  }

  private makeAcceptor(descriptors: Descriptors): Acceptor {
    const { log } = this.input;
    return new Acceptor(
      this.pool,
      descriptors,
      {
        limits: guardedLimits(this, () => this.acceptorNow.release()),
        budget: new DescriptorBudget(openFilesLimit()),
      },
      {
        onDescriptorsExhausted: (listener, count) => {
          this.store.lane.counter('server.descriptors_exhausted').add(count);
          log.error(
            `listener ${listener}: no file descriptor left (EMFILE), ${count} refused; raise the limit (ulimit -n)`,
          );
        },
      },
      log,
    );
  }

  private makeListenerDrain(): ListenerDrain {
    const counted = this.store.lane.bind('listener_manager', LM);
    const owner = {
      broadcast: (message: ToWorker) => this.pool.broadcast(message),
      stop: (listeners: readonly string[]) => {
        counted.add(LM.listener_stopped, listeners.length);
        this.acceptorNow.close(listeners);
      },
    };
    const { drainTimeS, drainStrategy } = this.input.options;
    return new ListenerDrain(owner, drainTimeS * 1000, drainStrategy === 'immediate', systemClock.now);
  }
}

/** What ended a worker: the stack of a throw; an aborted task says why in its cause. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : (error.stack ?? error.message);
}

/** Makes a server; refuses by name what this machine cannot do. */
export function makeServer(input: ServerInput): Server {
  const descriptors = loadDescriptors();
  if (descriptors === null) {
    throw new Error(
      'koffi cannot load here: handing connections to worker threads needs it (npm install koffi)',
    );
  }
  return new Server(input, descriptors);
}
