import { createServer, type Server, type Socket } from 'node:net';
import { listenerWords } from '../api/messages.js';
import type { Logger } from '../api/thread-scope.js';
import { type AcceptedHandle, acceptHandles, handleBehind } from '../network/accepted-handle.js';
import type { BindConfig, ListenerConfig } from '../network/listener-config.js';
import { boundText, listenOn } from './bind.js';
import type { ConnectionLimits } from './connection-limits.js';
import type { DescriptorBudget } from './descriptor-budget.js';
import type { Descriptors } from './descriptors.js';
import type { ShardPool } from './shard-pool.js';

const defaultBacklog = 4096;
/** At most one line a second says that connections are refused. */
const complaintMs = 1000;

/** Told of what accepting cannot do. */
export interface AcceptorEvents {
  /** No descriptor was left for a connection; it was refused. `count` of them since the last time this was said. */
  onDescriptorsExhausted(listener: string, count: number): void;
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
  private readonly pool: ShardPool;
  private readonly descriptors: Descriptors;
  private readonly events: AcceptorEvents;
  private readonly log: Logger;
  private readonly rules: AcceptorRules;
  private readonly slots: Map<string, number>;
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
    this.pool = pool;
    this.descriptors = descriptors;
    this.events = events;
    this.log = log;
    this.rules = rules;
    this.slots = new Map();
    this.nextId = 0;
    this.refused = 0;
    this.complainedMs = Number.NEGATIVE_INFINITY;
    this.bound = [];
  }

  /** Binds every address of a listener; rejects with what the system said and the place in the configuration. */
  async listen(config: ListenerConfig): Promise<void> {
    if (!config.bindToPort) return;
    const slot = this.slots.get(config.name) ?? this.slots.size % listenerWords;
    this.slots.set(config.name, slot);
    for (const [index, bind] of config.bind.entries()) {
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
      server.on('connection', (socket) => this.onConnection(socket, config, index, slot));
      server.on('error', (error) => this.log.error(`listener ${config.name}: ${error.message}`));
      const backlog = config.backlog > 0 ? config.backlog : defaultBacklog;
      const who = `${config.origin}: listener '${config.name}'`;
      if (bind.isPipe && bind.address.startsWith('@')) await this.listenAbstract(server, bind, backlog, who);
      else await listenOn(server, bind, backlog, who);
      acceptHandles(server, (handle) => this.onHandle(handle, config, index, slot));
      this.servers.push(server);
      this.byListener.set(config.name, [...(this.byListener.get(config.name) ?? []), server]);
      this.bound.push(boundAddress(server, config.name, bind));
    }
  }

  /** Listeners that are bound, with their slots. */
  get slotsByListener(): readonly (readonly [name: string, slot: number])[] {
    return [...this.slots];
  }

  /** Stops accepting on those listeners, or on all. */
  close(listeners?: readonly string[]): void {
    const servers =
      listeners === undefined ? this.servers : listeners.flatMap((name) => this.byListener.get(name) ?? []);
    for (const server of servers) if (server.listening) server.close();
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

  private onHandle(handle: AcceptedHandle, config: ListenerConfig, bind: number, slot: number): void {
    const { fd } = handle;
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

  private complain(listener: string): void {
    this.refused++;
    const now = performance.now();
    if (now - this.complainedMs < complaintMs) return;
    this.complainedMs = now;
    this.events.onDescriptorsExhausted(listener, this.refused);
    this.refused = 0;
  }

  private async listenAbstract(
    server: Server,
    bind: BindConfig,
    backlog: number,
    who: string,
  ): Promise<void> {
    let fd: number;
    try {
      fd = this.descriptors.bindAbstract(bind.address.slice(1));
    } catch (error) {
      throw new Error(
        `${who}: cannot bind '${bind.address}': ${error instanceof Error ? error.message : error}`,
      );
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ fd, backlog }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }
}

function boundAddress(server: Server, listener: string, bind: BindConfig): BoundAddress {
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return { listener, text: boundText(server, bind), port };
}
