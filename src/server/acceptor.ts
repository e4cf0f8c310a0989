import { createServer, type Server, type Socket } from 'node:net';
import { listenerWords } from '../api/messages.js';
import type { Logger } from '../api/thread-scope.js';
import { type AcceptedHandle, acceptHandles, handleBehind } from '../network/accepted-handle.js';
import { internalAddress } from '../network/address.js';
import type { BindConfig, ListenerConfig } from '../network/listener-config.js';
import { bindError, boundText, listenOn } from './bind.js';
import { bindSocket, onListening } from './bind-socket.js';
import type { ConnectionLimits } from './connection-limits.js';
import { DatagramSockets } from './datagram-sockets.js';
import type { DescriptorBudget } from './descriptor-budget.js';
import type { Descriptors } from './descriptors.js';
import type { WorkerShard } from './shard.js';
import type { ShardPool } from './shard-pool.js';
import { WorkerSockets } from './worker-sockets.js';

const defaultBacklog = 4096;
/** At most one line a second says that connections are refused. */
const complaintMs = 1000;

/** Told of what accepting cannot do. */
export interface AcceptorEvents {
  /** No descriptor was left for a connection; it was refused. `count` of them since the last time this was said. */
  onDescriptorsExhausted(listener: string, count: number): void;
}

/** An address on which workers accept. */
interface SharedAddress {
  readonly config: ListenerConfig;
  readonly sockets: WorkerSockets;
}

interface HeldConnection {
  readonly handle: AcceptedHandle;
  readonly config: ListenerConfig;
  readonly bind: number;
  readonly slot: number;
}

/** What decides whether a connection may be taken. */
export interface AcceptorRules {
  readonly limits: ConnectionLimits;
  readonly budget: DescriptorBudget;
}

/** An address as it was bound, port 0 resolved. */
export interface BoundAddress {
  readonly listener: string;
  readonly text: string;
  readonly port: number;
}

/**
 * The bound sockets of all listeners, on main. Each accepted connection is duplicated and handed to a worker before a
 * byte of it is read; closing main's own handle sends nothing, since the duplicate keeps the connection open.
 */
export class Acceptor {
  private readonly servers: Server[];
  private readonly byListener: Map<string, Server[]>;
  private readonly shared: SharedAddress[];
  private readonly datagrams: DatagramSockets[];
  private readonly pool: ShardPool;
  private readonly descriptors: Descriptors;
  private readonly events: AcceptorEvents;
  private readonly log: Logger;
  private readonly rules: AcceptorRules;
  private readonly slots: Map<string, number>;
  /** Accepted and not taken: the client sees no more than that it is connected, as if it stood in the backlog. */
  private readonly held: HeldConnection[];
  private nextId: number;
  private refused: number;
  private complainedMs: number;
  readonly bound: BoundAddress[];

  constructor(
    pool: ShardPool,
    descriptors: Descriptors,
    rules: AcceptorRules,
    events: AcceptorEvents,
    log: Logger,
  ) {
    this.servers = [];
    this.byListener = new Map();
    this.shared = [];
    this.datagrams = [];
    this.pool = pool;
    this.descriptors = descriptors;
    this.events = events;
    this.log = log;
    this.rules = rules;
    this.slots = new Map();
    this.held = [];
    this.nextId = 0;
    this.refused = 0;
    this.complainedMs = Number.NEGATIVE_INFINITY;
    this.bound = [];
  }

  /** Binds every address of a listener; rejects with what the system said and the place in the configuration. */
  async listen(config: ListenerConfig): Promise<void> {
    const slot = this.slots.get(config.name) ?? this.slots.size % listenerWords;
    this.slots.set(config.name, slot);
    if (config.isInternal) {
      const { text } = internalAddress(config.name, '');
      this.bound.push({ listener: config.name, text, port: 0 });
      return;
    }
    if (!config.bindToPort) return;
    for (const [index, bind] of config.bind.entries()) {
      if (config.udp !== null) {
        this.listenForDatagrams(config, bind, index, slot);
        continue;
      }
      // One worker accepts for itself: there is nobody to spread connections over.
      if (config.reusePort || (this.pool.size === 1 && !bind.isPipe)) {
        await this.listenForWorkers(config, bind, index, slot);
        continue;
      }
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
      server.on('connection', (socket) => this.onConnection(socket, config, index, slot));
      server.on('error', (error) => this.log.error(`listener ${config.name}: ${error.message}`));
      const backlog = backlogOf(config);
      const who = whoListens(config);
      if (bind.isPipe && bind.address.startsWith('@')) {
        await this.listenOnDescriptor(server, bind, backlog, who, () =>
          this.descriptors.bindAbstract(bind.address.slice(1)),
        );
      } else if (bind.options.length > 0) {
        await this.listenOnDescriptor(server, bind, backlog, who, () =>
          bindSocket(this.descriptors, bind, false),
        );
      } else await listenOn(server, bind, backlog, who);
      acceptHandles(server, (handle) => this.onHandle(handle, config, index, slot));
      this.servers.push(server);
      this.byListener.set(config.name, [...(this.byListener.get(config.name) ?? []), server]);
      this.bound.push(boundAddress(server, config.name, bind));
    }
  }

  /** All listeners with their slots, those included that bind nothing and get their connections from others. */
  get slotsByListener(): readonly (readonly [name: string, slot: number])[] {
    return [...this.slots];
  }

  /** Stops accepting on those listeners, or on all. */
  close(listeners?: readonly string[]): void {
    if (listeners === undefined) for (const { handle } of this.held.splice(0)) handle.close();
    const servers =
      listeners === undefined ? this.servers : listeners.flatMap((name) => this.byListener.get(name) ?? []);
    for (const server of servers) if (server.listening) server.close();
    const shared = this.shared.filter(({ config }) => listeners?.includes(config.name) !== false);
    const datagrams = this.datagrams.filter(({ listener }) => listeners?.includes(listener) !== false);
    if (shared.length === 0 && datagrams.length === 0) return;
    for (const { sockets } of shared) sockets.close();
    for (const sockets of datagrams) sockets.close();
    this.pool.broadcast({ kind: 'stop-accepting', listeners: listeners ?? null });
  }

  /** Lets workers accept where nothing is to be counted before; main accepts where a limit is in force by now. */
  review(): void {
    for (const sockets of this.datagrams) for (const shard of this.pool.serving) sockets.give(shard);
    for (const { config, sockets } of this.shared) {
      const isUnlimited = this.rules.limits.isUnlimited(config);
      for (const shard of this.pool.serving) {
        if (isUnlimited) sockets.give(shard);
        else if (sockets.isGiven(shard.index)) {
          shard.send({ kind: 'stop-accepting', listeners: [config.name] });
          sockets.takeBack(shard.index);
        }
      }
    }
  }

  /** That worker is gone: main accepts in its place until there is another one. */
  onWorkerGone(shard: WorkerShard): void {
    for (const fd of shard.unclaimedListening) this.descriptors.close(fd);
    for (const { sockets } of this.shared) sockets.takeBack(shard.index);
    for (const sockets of this.datagrams) sockets.takeBack(shard.index);
  }

  /** No descriptor was left for a connection; a line a second says so. */
  complain(listener: string): void {
    this.refused++;
    const now = performance.now();
    if (now - this.complainedMs < complaintMs) return;
    this.complainedMs = now;
    this.events.onDescriptorsExhausted(listener, this.refused);
    this.refused = 0;
  }

  private async listenForWorkers(
    config: ListenerConfig,
    bind: BindConfig,
    index: number,
    slot: number,
  ): Promise<void> {
    const { name: listener } = config;
    const backlog = backlogOf(config);
    const { highest: highestFd } = this.rules.budget;
    const owner = {
      descriptors: this.descriptors,
      backlog,
      reusesPort: config.reusePort,
      onHandle: (handle: AcceptedHandle) => this.onHandle(handle, config, index, slot),
      onError: (error: Error) => this.log.error(`listener ${listener}: ${error.message}`),
      send: (shard: WorkerShard, fd: number) =>
        shard.giveListening({ fd, listener, bind: index, slot, backlog, highestFd }),
    };
    const sockets = await WorkerSockets.bind(owner, bind, this.pool.size, whoListens(config));
    this.shared.push({ config, sockets });
    const host = bind.address.includes(':') ? `[${bind.address}]` : bind.address;
    this.bound.push({ listener, text: `${host}:${sockets.port}`, port: sockets.port });
    this.review();
  }

  private listenForDatagrams(config: ListenerConfig, bind: BindConfig, index: number, slot: number): void {
    if (config.udp?.reusesPort === false && this.pool.size > 1) {
      const problem =
        'Listening on UDP when concurrency is > 1 without the SO_REUSEPORT socket option results in unstable packet ' +
        'proxying. Configure the reuse_port listener option or set concurrency = 1.';
      throw new Error(`${whoListens(config)}: ${problem}`);
    }
    const send = (shard: WorkerShard, fd: number, port: number): void =>
      shard.giveListening({ fd, listener: config.name, bind: index, slot, backlog: 0, highestFd: 0, port });
    const owner = { descriptors: this.descriptors, listener: config.name, send };
    const sockets = DatagramSockets.bind(owner, bind, this.pool.size, whoListens(config));
    this.datagrams.push(sockets);
    const host = bind.address.includes(':') ? `[${bind.address}]` : bind.address;
    this.bound.push({ listener: config.name, text: `${host}:${sockets.port}`, port: sockets.port });
    this.review();
  }

  /** Where handles are not to be had without a socket around them. */
  private onConnection(socket: Socket, config: ListenerConfig, bind: number, slot: number): void {
    socket.on('error', () => {
      // The peer went away before the hand-off; the worker will see it.
    });
    const handle = handleBehind(socket);
    if (handle !== null) this.onHandle({ fd: handle.fd, close: () => socket.destroy() }, config, bind, slot);
    else socket.destroy();
  }

  /** What waited for pressure to go is taken now. */
  release(): void {
    for (const { handle, config, bind, slot } of this.held.splice(0))
      this.onHandle(handle, config, bind, slot);
  }

  private onHandle(handle: AcceptedHandle, config: ListenerConfig, bind: number, slot: number): void {
    const { fd } = handle;
    if (this.rules.limits.holds(config) && this.held.length < defaultBacklog) {
      this.held.push({ handle, config, bind, slot });
      return;
    }
    if (fd < 0 || !this.rules.limits.admits(config, slot)) {
      handle.close();
      return;
    }
    const copy = this.rules.budget.allows(fd) ? this.duplicate(fd) : -1;
    handle.close();
    if (copy < 0) {
      this.complain(config.name);
      return;
    }
    this.pool.handOff(
      { fd: copy, listener: config.name, id: ++this.nextId, bind, slot },
      config.exactBalance,
    );
  }

  /** -1 when no descriptor is left. */
  private duplicate(fd: number): number {
    try {
      return this.descriptors.duplicate(fd);
    } catch {
      return -1;
    }
  }

  /** Listens on a socket that Node could not have bound. */
  private async listenOnDescriptor(
    server: Server,
    bind: BindConfig,
    backlog: number,
    who: string,
    make: () => number,
  ): Promise<void> {
    let fd: number;
    try {
      fd = make();
    } catch (error) {
      throw new Error(bindError(bind, who, error instanceof Error ? error : new Error(String(error))));
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ fd }, backlog, () => {
        server.off('error', reject);
        resolve();
      });
    });
    onListening(server, bind);
  }
}

function backlogOf(config: ListenerConfig): number {
  return config.backlog > 0 ? config.backlog : defaultBacklog;
}

function whoListens(config: ListenerConfig): string {
  return `${config.origin}: listener '${config.name}'`;
}

function boundAddress(server: Server, listener: string, bind: BindConfig): BoundAddress {
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return { listener, text: boundText(server, bind), port };
}
