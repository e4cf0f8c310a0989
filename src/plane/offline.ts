import type { AccessLog } from '../api/access-log.js';
import type { Explanation, Probe } from '../api/explain.js';
import type { ExtensionRegistry } from '../api/extension.js';
import type { LogSink } from '../api/thread-scope.js';
import type { ClusterManager } from '../api/upstream.js';
import { BufferPool } from '../base/buffer-pool.js';
import { systemClock } from '../base/clock.js';
import { SystemRandom } from '../base/random.js';
import { TimerWheel } from '../base/timer-wheel.js';
import { Turn } from '../base/turn.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import { noInternalListeners } from '../network/internal-listeners.js';
import { LiveListener } from '../network/live-listener.js';
import { LiveRuntime } from '../runtime/live-runtime.js';
import { RuntimeSnapshot } from '../runtime/snapshot.js';
import { StatStore } from '../stats/store.js';
import { DnsCaches } from '../upstream/dns-cache/dns-caches.js';
import type { AssignmentReader } from '../upstream/membership/assignments.js';
import { FileWatches } from '../upstream/membership/file-watches.js';
import type { NameAnswer, NameResolver } from '../upstream/membership/name-resolver.js';
import { ClusterRegistry } from '../upstream/membership/registry.js';
import type { PoolResources } from '../upstream/pool/pool-resources.js';
import { explainProbe } from './choose-listener.js';
import { allocateSharedMemory, ThreadSharedMemory } from './shared-memory.js';
import type { Snapshot } from './snapshot.js';
import {
  downstreamTransportOf,
  listenerFilterOf,
  networkFilterOf,
  type PlaneEvents,
  ThreadPlane,
} from './thread-plane.js';
import { LiveThreadScope, type ScopeParts } from './thread-scope.js';
import { ThreadSecrets } from './thread-secrets.js';

/** A configuration that was read, and what it needs to be made live. */
export interface OfflineInput {
  readonly model: BootstrapModel;
  readonly snapshot: Snapshot;
  readonly extensions: ExtensionRegistry;
  readonly readAssignments: AssignmentReader;
}

/** How long hosts of a cluster that is asked for may take to be read from a file. */
const settleMs = 2000;

/**
 * What the proxy would do, without a proxy: the same listeners, route tables and clusters as in a worker, built in this
 * thread, where nothing is bound, dialled, checked, resolved or written.
 */
export async function explainOffline(input: OfflineInput, probe: Probe): Promise<Explanation> {
  const random = probe.random ?? new SystemRandom().u32();
  const plane = new OfflinePlane(input);
  try {
    const asked = { ...probe, random };
    const told = plane.explain(asked);
    if (!plane.isWaiting) return told;
    await plane.settle();
    return plane.explain(asked);
  } finally {
    plane.close();
  }
}

/** Names stand for their addresses: nobody is asked. */
const namesAlone: NameResolver = {
  resolve: standsForItself,
  resolveService: standsForItself,
};

function standsForItself(name: string): Promise<NameAnswer> {
  return Promise.resolve({
    isFailure: false,
    addresses: [{ ip: name, ttlSeconds: Number.POSITIVE_INFINITY }],
  });
}

const noEvents: PlaneEvents = {
  onOutlier: () => undefined,
  onHealthFailure: () => undefined,
  onHostsApplied: () => undefined,
  onHostWanted: () => undefined,
  onNameWanted: () => undefined,
};

const noLog = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A scope that opens no file. */
class OfflineScope extends LiveThreadScope {
  override accessLog(): AccessLog {
    return { log: () => undefined };
  }

  override logFile(): LogSink {
    return { write: () => undefined };
  }
}

class OfflinePlane {
  private readonly input: OfflineInput;
  private readonly timers: TimerWheel;
  private readonly scope: OfflineScope;
  private readonly plane: ThreadPlane;
  private readonly registry: ClusterRegistry;
  private readonly resources: Omit<PoolResources, 'pools'>;
  private readonly listeners: readonly LiveListener[];
  /** Clusters whose hosts were not known when they were asked for. */
  private readonly waiting: Promise<void>[];
  private readonly ready: Set<string>;
  private readonly added: Set<string>;

  constructor(input: OfflineInput) {
    const { model, snapshot } = input;
    this.input = input;
    this.timers = new TimerWheel(systemClock);
    this.waiting = [];
    this.ready = new Set();
    this.added = new Set();
    this.resources = this.makeResources();
    this.plane = new ThreadPlane(snapshot, 1, 0, this.resources, noEvents);
    this.scope = new OfflineScope(this.scopeParts());
    this.plane.attach(this.scope);
    this.registry = this.makeRegistry();
    this.listeners = model.listeners.map((config) => this.listener(config));
  }

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  explain(probe: Probe): Explanation {
    return explainProbe(this.listeners, probe);
  }

  async settle(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, settleMs);
    });
    await Promise.race([Promise.all(this.waiting), late]);
    clearTimeout(timer);
  }

  close(): void {
    this.registry.close();
    this.timers.close();
  }

  private makeResources(): Omit<PoolResources, 'pools'> {
    const buffers = new BufferPool();
    const turn = new Turn(systemClock);
    return {
      connections: {
        turn,
        buffers,
        readBuffer: Buffer.alloc(1024),
        direct: null,
        bulk: null,
        onCallbackError: () => undefined,
      },
      timers: this.timers,
      clock: systemClock,
      random: new SystemRandom(),
      internal: noInternalListeners,
      nextConnectionId: () => 0,
    };
  }

  private scopeParts(): ScopeParts {
    const { model, extensions } = this.input;
    const { clock, random, timers, connections } = this.resources;
    const shared = new ThreadSharedMemory(allocateSharedMemory(), systemClock, noLog);
    const clusters: ClusterManager = { get: (name) => this.cluster(name) };
    return {
      role: 'worker',
      threadIndex: 0,
      clock,
      random,
      timers,
      buffers: connections.buffers,
      stats: new StatStore().lane,
      runtime: new LiveRuntime(new RuntimeSnapshot(model.runtime)),
      log: noLog,
      node: { ...model.node, localAddress: '127.0.0.1' },
      clusters,
      shared,
      extensions: withoutLoggers(extensions),
      secrets: new ThreadSecrets(model.secrets),
      drain: { isHealthCheckFailed: false, shouldClose: () => false },
    };
  }

  /** A cluster joins when it is asked for first. Nobody checks its hosts, so all count as well. */
  private cluster(name: string): ReturnType<ClusterManager['get']> {
    if (!this.added.has(name)) {
      this.added.add(name);
      const config = this.input.model.clusters.find((it) => it.name === name);
      if (config === undefined) return null;
      const ready = new Promise<void>((resolve) => {
        this.registry.add({ ...config, healthChecks: [], outlier: null }, () => {
          this.ready.add(name);
          resolve();
        });
      });
      if (!this.ready.has(name)) this.waiting.push(ready);
    }
    return this.plane.get(name);
  }

  private makeRegistry(): ClusterRegistry {
    const { scope } = this;
    const { clock, random, timers, connections } = this.resources;
    const resolving = {
      clock,
      timers,
      random,
      stats: scope.stats,
      log: noLog,
      resolverFor: () => namesAlone,
    };
    return new ClusterRegistry({
      ...resolving,
      nameCaches: new DnsCaches({
        ...resolving,
        tellName: (answer) => this.plane.names.onAnswer(answer),
      }),
      threads: 1,
      sharedNowMs: () => scope.shared.nowMs(),
      runtime: scope.runtime,
      extensions: scope.extensions,
      secrets: scope.secrets,
      readAssignments: this.input.readAssignments,
      node: scope.node,
      send: (_cluster, _request, { onFailure }) => {
        onFailure('nobody is asked');
        return null;
      },
      fileWatches: new FileWatches(),
      readout: () => undefined,
      outlierLog: null,
      openLog: () => () => undefined,
      buffers: connections.buffers,
      publish: (update) => this.plane.onHosts(update),
      acknowledgedVersion: () => 0,
    });
  }

  private listener(config: BootstrapModel['listeners'][number]): LiveListener {
    const { scope } = this;
    const builder = {
      networkFilter: (filter, context) => networkFilterOf(filter, scope, context),
      listenerFilter: (filter) => listenerFilterOf(filter, scope),
      transport: (transport, context) => downstreamTransportOf(transport, scope, context),
      listenerAt: () => null,
    } satisfies ConstructorParameters<typeof LiveListener>[3];
    return new LiveListener(config, scope, this.resources.connections, builder, () => undefined);
  }
}

/** The scopes of HTTP filters are copies; loggers that they build write nothing either. */
function withoutLoggers(extensions: ExtensionRegistry): ExtensionRegistry {
  return {
    list: (kind) => extensions.list(kind),
    findByName: (kind, name) => extensions.findByName(kind, name),
    find: (kind, typeUrl) => {
      const found = extensions.find(kind, typeUrl);
      if (kind !== 'access.logger' || found === undefined) return found;
      return Object.assign({}, found, { build: (): AccessLog => ({ log: () => undefined }) });
    },
  };
}
