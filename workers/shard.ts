import { closeSync } from 'node:fs';
import {
  ControlWord,
  firstListenerWord,
  type HandedConnection,
  type ListeningSocket,
  listenerWords,
  type ShardTask,
  type ToMain,
  type ToWorker,
  type WorkerQuestion,
} from '../src/api/messages.js';
import type { TimerScale } from '../src/api/overload.js';
import type { Address } from '../src/api/stream-info.js';
import type { NodeIdentity, SharedMemory } from '../src/api/thread-scope.js';
import { BufferPool } from '../src/base/buffer-pool.js';
import { systemClock } from '../src/base/clock.js';
import { memoryUsage } from '../src/base/memory-usage.js';
import type { Plain } from '../src/base/plain.js';
import type { Random } from '../src/base/random.js';
import { SystemRandom } from '../src/base/random.js';
import { TimerWheel } from '../src/base/timer-wheel.js';
import { Turn } from '../src/base/turn.js';
import { threadLogFiles } from '../src/extensions/access-loggers/log-files.js';
import { extensionRegistry } from '../src/extensions/index.js';
import type { AcceptedHandle } from '../src/network/accepted-handle.js';
import type { ConnectionResources } from '../src/network/connection.js';
import { DirectWriter } from '../src/network/direct-write.js';
import { Incoming } from '../src/network/incoming.js';
import { type InternalListeners, ThreadInternalListeners } from '../src/network/internal-listeners.js';
import type { ListenerConfig } from '../src/network/listener-config.js';
import { ListenerDirectory } from '../src/network/listener-directory.js';
import { LiveListener } from '../src/network/live-listener.js';
import { SharedBufferWriter } from '../src/network/shared-buffer-writer.js';
import { explainProbe, withoutListener } from '../src/plane/choose-listener.js';
import { CpuProfile } from '../src/plane/cpu-profile.js';
import { ThreadSharedMemory } from '../src/plane/shared-memory.js';
import { readRecord, type Snapshot } from '../src/plane/snapshot.js';
import {
  downstreamTransportOf,
  listenerFilterOf,
  networkFilterOf,
  type PlaneEvents,
  ThreadPlane,
} from '../src/plane/thread-plane.js';
import { LiveThreadScope } from '../src/plane/thread-scope.js';
import { ThreadSecrets } from '../src/plane/thread-secrets.js';
import { loadUserExtensions } from '../src/plane/user-modules.js';
import type { LayeredRuntimeConfig } from '../src/runtime/layers.js';
import { LiveRuntime } from '../src/runtime/live-runtime.js';
import { OverloadLevels, sharedLevels } from '../src/runtime/overload-levels.js';
import { RuntimeSnapshot } from '../src/runtime/snapshot.js';
import { StatLane } from '../src/stats/lane.js';
import { type StatsConfig, statRules } from '../src/stats/stats-config.js';
import { DatagramListening } from './datagram-listening.js';
import { DrainState } from './drain-state.js';
import { Listening } from './listening.js';
import { WorkerLog } from './worker-log.js';

/**
 * Bytes of the read buffer that all sockets of a worker share. Reads as large as what a fast peer sends in a burst halve
 * what a 1 MB body costs against 128 KB: the kernel wakes, acknowledges and opens windows less often (native-bench, rows
 * `tcp-1m` and `body-1m`); 1 MB would leave the processor's caches and cost more again.
 */
const readBufferBytes = 512 * 1024;

/** Unused buffers go back to the system every so many ticks: each second. */
const ticksPerTrim = 10;

/** Everything of one worker thread: plane up, sockets adopted, drained, closed. */
export class Shard {
  private readonly post: (message: ToMain) => void;
  private readonly control: Int32Array;
  private readonly scope: LiveThreadScope;
  private readonly plane: ThreadPlane;
  private readonly runtime: LiveRuntime;
  private readonly shared: ConnectionResources;
  private readonly listeners: Map<string, LiveListener>;
  /** Null until a connection is to go to the listener of an address. */
  private directory: ListenerDirectory | null = null;
  private readonly slots = new Map<string, number>();
  private readonly refs: Snapshot['records']['listeners'];
  private readonly snapshot: Snapshot;
  private readonly drain: DrainState;
  private readonly secrets: ThreadSecrets;
  private readonly listening: Listening;
  private readonly datagrams = new DatagramListening();
  private readonly log: WorkerLog;
  private readonly profile = new CpuProfile();
  private connections: number;
  private ticks = 0;
  private nextId: number;
  private drainedAt: number;
  private isStopping = false;

  private constructor(
    task: ShardTask,
    post: (message: ToMain) => void,
    extensions: ReturnType<typeof extensionRegistry>,
  ) {
    this.post = post;
    this.control = new Int32Array(task.control);
    this.snapshot = task.snapshot as unknown as Snapshot;
    this.refs = this.snapshot.records.listeners;
    this.listeners = new Map();
    this.secrets = new ThreadSecrets(task.secrets);
    this.connections = 0;
    this.nextId = task.threadIndex * 0x1_0000_0000;
    this.drainedAt = -1;
    const { settings } = task;
    const clock = new Turn(systemClock);
    const timers = new TimerWheel(systemClock);
    const buffers = new BufferPool();
    const random = new SystemRandom();
    this.runtime = new LiveRuntime(new RuntimeSnapshot(settings.runtime as LayeredRuntimeConfig));
    const rules = statRules(settings.statsConfig as StatsConfig);
    const stats = new StatLane(
      (messages) => post({ kind: 'stats', messages }),
      rules === undefined ? {} : { rules },
    );
    const log = new WorkerLog(post, settings.logLevel);
    this.log = log;
    this.shared = connectionResources(clock, buffers, log);
    const nextConnectionId = (): number => ++this.nextId;
    const internal = this.internalListeners(nextConnectionId);
    const resources = { connections: this.shared, timers, clock, random, internal, nextConnectionId };
    this.plane = new ThreadPlane(this.snapshot, task.threads, task.threadIndex, resources, eventsTo(post));
    this.drain = new DrainState(systemClock, random);
    this.listening = new Listening(this.control, (handle, socket) => this.take(handle, socket), post, log);
    const shared = new ThreadSharedMemory(task.shared, clock, log);
    this.scope = new LiveThreadScope({
      role: 'worker',
      threadIndex: task.threadIndex,
      clock,
      random,
      timers,
      buffers,
      stats,
      runtime: this.runtime,
      log,
      node: nodeOf(settings),
      clusters: this.plane,
      shared,
      extensions,
      secrets: this.secrets,
      drain: this.drain,
      overload: overloadOf(settings, shared, random),
    });
    this.plane.attach(this.scope);
    threadLogFiles.configure({ intervalMs: settings.logFlushMs, minBytes: settings.logFlushBytes });
  }

  /** Loads users' modules, then builds the shard. */
  static async start(task: ShardTask, post: (message: ToMain) => void): Promise<Shard> {
    const extra = await loadUserExtensions(task.settings.modules);
    return new Shard(task, post, extensionRegistry(extra));
  }

  onMessage(message: ToWorker): void {
    switch (message.kind) {
      case 'connections':
        for (const connection of message.list) this.adopt(connection);
        break;
      case 'hosts':
        this.plane.onHosts(message.update);
        break;
      case 'name':
        this.plane.names.onAnswer(message.answer);
        break;
      case 'runtime':
        this.runtime.replace(new RuntimeSnapshot(message.layers as LayeredRuntimeConfig));
        break;
      case 'drain':
        this.drain.all();
        this.closeIdle();
        break;
      case 'accept':
        this.acceptOn(message.socket);
        break;
      case 'stop-accepting':
        this.listening.stop(message.listeners);
        this.datagrams.stop(message.listeners);
        break;
      case 'drain-listeners':
        this.drain.listeners(message);
        break;
      case 'fail-health-check':
        this.drain.failHealthCheck(message.isFailed);
        break;
      case 'warm':
        this.warm(message.listeners, 0);
        break;
      case 'secret':
        this.secrets.set(message.secret);
        break;
      case 'reopen-logs':
        threadLogFiles.reopenAll();
        break;
      case 'log-level':
        this.log.setLevel(message.level);
        break;
      case 'cpu-profile':
        if (message.path === null) void this.profile.stop();
        else this.profile.start(`${message.path}.worker_${this.scope.threadIndex - 1}`);
        break;
      case 'memory':
        this.post({ kind: 'memory', id: message.id, usage: memoryUsage() });
        break;
      case 'question':
        this.post({ kind: 'answer', id: message.id, answer: this.answer(message.question) });
        break;
      default:
        break;
    }
  }

  private answer(question: WorkerQuestion): Plain {
    if (question.kind === 'failures') return this.plane.failures(question.cluster);
    try {
      return explainProbe([...this.listeners.values()], question.probe);
    } catch (error) {
      this.scope.log.error(`explain: ${textOf(error)}`);
      return withoutListener(question.probe, `explaining has failed: ${textOf(error)}`);
    }
  }

  onTick(): void {
    Atomics.add(this.control, ControlWord.heartbeat, 1);
    this.plane.onTick();
    if (++this.ticks % ticksPerTrim === 0) this.shared.buffers.trim();
    if (!this.drain.isDraining) return;
    this.closeIdle();
    const adopted = Atomics.load(this.control, ControlWord.adopted);
    if (this.connections > 0 || adopted === this.drainedAt) return;
    this.drainedAt = adopted;
    this.post({ kind: 'drained', adopted });
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.listening.stop(null);
    this.datagrams.stop(null);
    for (const listener of this.listeners.values()) listener.destroy();
    this.plane.drain();
    // Sockets report their end behind the next polls; what that logs is to be written too.
    for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
    await threadLogFiles.closeAll();
  }

  /** Takes over a descriptor: from the bump on it is this worker's, whatever happens next. */
  private adopt(connection: HandedConnection): void {
    const { fd } = connection;
    Atomics.add(this.control, ControlWord.adopted, 1);
    this.begin(connection, fd, () => closeSync(fd));
  }

  private acceptOn(socket: ListeningSocket): void {
    if (socket.port === undefined) {
      this.listening.accept(socket);
      return;
    }
    Atomics.add(this.control, ControlWord.listening, 1);
    try {
      const config = this.listenerOf(socket.listener, socket.slot)?.config ?? null;
      if (config === null) closeSync(socket.fd);
      else this.datagrams.accept(socket, socket.port, config, this.scope);
    } catch (error) {
      this.scope.log.error(`listener ${socket.listener}: no datagrams can be received: ${textOf(error)}`);
    }
  }

  /** A connection that this worker accepted itself. */
  private take(handle: AcceptedHandle, { listener, bind, slot }: ListeningSocket): void {
    this.begin({ listener, id: ++this.nextId, bind, slot }, handle, () => handle.close());
  }

  private begin(
    { listener: name, id, bind, slot }: Omit<HandedConnection, 'fd'>,
    accepted: AcceptedHandle | number,
    giveUp: () => void,
  ): void {
    let incoming: Incoming | null = null;
    try {
      const listener = this.listenerOf(name, slot);
      if (listener === null) {
        giveUp();
        return;
      }
      const isPipe = listener.config.bind[bind]?.isPipe === true;
      incoming = Incoming.accepted(accepted, isPipe, this.shared.readBuffer);
      listener.accept(incoming, id, bind);
    } catch (error) {
      this.scope.log.error(`listener ${name}: a connection could not be taken over: ${textOf(error)}`);
      if (incoming === null) giveUp();
      else incoming.destroy();
    }
  }

  /** Builds one listener a turn. */
  private warm(listeners: readonly (readonly [name: string, slot: number])[], at: number): void {
    const [name, slot] = listeners[at] ?? [];
    if (name === undefined || slot === undefined || this.isStopping) return;
    this.slots.set(name, slot);
    try {
      this.listenerOf(name, slot);
    } catch (error) {
      this.scope.log.error(`listener ${name}: ${textOf(error)}`);
    }
    setImmediate(() => this.warm(listeners, at + 1));
  }

  private listenerOf(name: string, slot: number): LiveListener | null {
    const live = this.listeners.get(name);
    if (live !== undefined) return live;
    const ref = this.refs.find((it) => it[0] === name);
    if (ref === undefined) return null;
    const config = readRecord<ListenerConfig>(this.snapshot.records, ref);
    if (config.drainType === 'MODIFY_ONLY') this.drain.exemptFromHealthCheck(name);
    const listener = new LiveListener(
      config,
      this.scope,
      this.shared,
      {
        networkFilter: (filter, context) => networkFilterOf(filter, this.scope, context),
        listenerFilter: (filter) => listenerFilterOf(filter, this.scope),
        transport: (transport, context) => downstreamTransportOf(transport, this.scope, context),
        listenerAt: (address) => this.listenerAt(address),
      },
      (change) => this.countConnections(change, firstListenerWord + slot),
    );
    this.listeners.set(name, listener);
    return listener;
  }

  private listenerAt(address: Address): LiveListener | null {
    const name = this.listenersByAddress().find(address);
    return name === null ? null : this.knownListener(name);
  }

  private internalListeners(nextConnectionId: () => number): InternalListeners {
    return new ThreadInternalListeners({
      readBuffer: this.shared.readBuffer,
      isInternal: (name) => this.listenersByAddress().isInternal(name),
      listener: (name) => this.knownListener(name),
      nextConnectionId,
    });
  }

  private listenersByAddress(): ListenerDirectory {
    this.directory ??= new ListenerDirectory(
      this.refs.map((ref) => readRecord<ListenerConfig>(this.snapshot.records, ref)),
    );
    return this.directory;
  }

  /** Main's slots are known once all listeners are up; before, they go by the order of the listeners, as main's do. */
  private knownListener(name: string): LiveListener | null {
    const slot = this.slots.get(name) ?? this.refs.findIndex((ref) => ref[0] === name) % listenerWords;
    return slot < 0 ? null : this.listenerOf(name, slot);
  }

  private countConnections(change: number, listenerWord: number): void {
    this.connections += change;
    Atomics.add(this.control, listenerWord, change);
    Atomics.store(this.control, ControlWord.connections, this.connections);
  }

  private closeIdle(): void {
    for (const listener of this.listeners.values()) {
      for (const connection of listener.connections) connection.closeIfIdle();
    }
  }
}

function connectionResources(turn: Turn, buffers: BufferPool, log: WorkerLog): ConnectionResources {
  const readBuffer = Buffer.allocUnsafeSlow(readBufferBytes);
  return {
    turn,
    buffers,
    readBuffer,
    direct: DirectWriter.probe(),
    bulk: SharedBufferWriter.over(readBuffer),
    onCallbackError: (error) => log.error(`connection callback: ${textOf(error)}`),
  };
}

/** Tells main what clusters notice. */
function eventsTo(post: (message: ToMain) => void): PlaneEvents {
  return {
    onOutlier: (cluster, slot, kind) => post({ kind: 'outlier', report: { cluster, slot, kind } }),
    onHealthFailure: (cluster, slot) => post({ kind: 'health-failure', failure: { cluster, slot } }),
    onHostWanted: (want) => post({ kind: 'host-wanted', want }),
    onNameWanted: (want) => post({ kind: 'name-wanted', want }),
    onHostsApplied: (cluster, version) => post({ kind: 'hosts-acknowledged', ack: { cluster, version } }),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function overloadOf(
  { overload }: ShardTask['settings'],
  shared: SharedMemory,
  random: Random,
): OverloadLevels | null {
  // Main parsed it, in this build.
  const scales = overload as readonly TimerScale[] | null;
  return scales === null ? null : new OverloadLevels(sharedLevels(shared), scales, random);
}

function nodeOf(settings: ShardTask['settings']): NodeIdentity {
  return {
    id: settings.nodeId,
    cluster: settings.nodeCluster,
    zone: settings.nodeZone,
    metadata: settings.nodeMetadata,
    localAddress: settings.localAddress,
  };
}
