import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../api/thread-scope.js';
import type { BindConfig, ListenerConfig } from '../network/listener-config.js';
import { boundText, listenOn } from './bind.js';
import type { Descriptors } from './descriptors.js';
import type { ShardPool } from './shard-pool.js';

const defaultBacklog = 4096;

/** Told of what accepting cannot do. */
export interface AcceptorEvents {
  /** No descriptor was left for a connection; it was refused. */
  onDescriptorsExhausted(listener: string): void;
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
  private nextId: number;
  readonly bound: BoundAddress[];

  constructor(pool: ShardPool, descriptors: Descriptors, events: AcceptorEvents, log: Logger) {
    this.servers = [];
    this.byListener = new Map();
    this.pool = pool;
    this.descriptors = descriptors;
    this.events = events;
    this.log = log;
    this.nextId = 0;
    this.bound = [];
  }

  /** Binds every address of a listener; rejects with what the system said and the place in the configuration. */
  async listen(config: ListenerConfig): Promise<void> {
    if (!config.bindToPort) return;
    for (const [index, bind] of config.bind.entries()) {
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
      server.on('connection', (socket) => this.onConnection(socket, config, index));
      server.on('error', (error) => this.log.error(`listener ${config.name}: ${error.message}`));
      const backlog = config.backlog > 0 ? config.backlog : defaultBacklog;
      await listenOn(server, bind, backlog, `${config.origin}: listener '${config.name}'`);
      this.servers.push(server);
      this.byListener.set(config.name, [...(this.byListener.get(config.name) ?? []), server]);
      this.bound.push(boundAddress(server, config.name, bind));
    }
  }

  /** Stops accepting on those listeners, or on all. */
  close(listeners?: readonly string[]): void {
    const servers = listeners === undefined ? this.servers : listeners.flatMap((name) => this.byListener.get(name) ?? []);
    for (const server of servers) if (server.listening) server.close();
  }

  private onConnection(socket: Socket, config: ListenerConfig, bind: number): void {
    const fd = descriptorOf(socket);
    socket.on('error', () => {
      // The peer went away before the hand-off; the worker will see it.
    });
    if (fd < 0) {
      socket.destroy();
      return;
    }
    let copy: number;
    try {
      copy = this.descriptors.duplicate(fd);
    } catch {
      this.events.onDescriptorsExhausted(config.name);
      socket.resetAndDestroy();
      return;
    }
    socket.destroy();
    this.pool.handOff({ fd: copy, listener: config.name, id: ++this.nextId, bind }, config.exactBalance);
  }
}

/** The descriptor behind a socket: a private name of Node, kept to this place. */
function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return -1;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' ? fd : -1;
}

function boundAddress(server: Server, listener: string, bind: BindConfig): BoundAddress {
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return { listener, text: boundText(server, bind), port };
}
