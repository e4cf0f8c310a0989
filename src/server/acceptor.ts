import { chmodSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../api/thread-scope.js';
import type { BindConfig, ListenerConfig } from '../network/listener-config.js';
import type { Descriptors } from './descriptors.js';
import type { ShardPool } from './shard-pool.js';

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
    for (const bind of config.bind) {
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
      server.on('connection', (socket) => this.onConnection(socket, config));
      server.on('error', (error) => this.log.error(`listener ${config.name}: ${error.message}`));
      await listenOn(server, bind, config);
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

  private onConnection(socket: Socket, config: ListenerConfig): void {
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
    this.pool.handOff({ fd: copy, listener: config.name, id: ++this.nextId }, config.exactBalance);
  }
}

/** The descriptor behind a socket: a private name of Node, kept to this place. */
function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return -1;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' ? fd : -1;
}

function listenOn(server: Server, bind: BindConfig, config: ListenerConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(new Error(bindError(bind, config, error)));
    server.once('error', fail);
    const done = (): void => {
      server.off('error', fail);
      if (bind.isPipe && bind.pipeMode !== 0) chmodSync(bind.address, bind.pipeMode);
      resolve();
    };
    const backlog = config.backlog > 0 ? { backlog: config.backlog } : { backlog: 4096 };
    if (bind.isPipe) {
      const path = bind.address.startsWith('@') ? `\0${bind.address.slice(1)}` : bind.address;
      if (!bind.address.startsWith('@')) removeStale(bind.address);
      server.listen({ path, ...backlog }, done);
    } else {
      const ipv6Only = bind.address.includes(':') && !bind.ipv4Compat;
      server.listen({ host: bind.address, port: bind.port, ipv6Only, ...backlog }, done);
    }
  });
}

/** A socket file left behind by an earlier process would make the bind fail. */
function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Not there, or not ours to remove: the bind will say so.
  }
}

function bindError(bind: BindConfig, config: ListenerConfig, error: NodeJS.ErrnoException): string {
  const where = bind.isPipe ? bind.address : `${bind.address}:${bind.port}`;
  const reasons: { readonly [code: string]: string } = {
    EADDRINUSE: 'Address already in use',
    EACCES: 'Permission denied (ports below 1024 need a privilege)',
    EADDRNOTAVAIL: 'Cannot assign requested address (no interface has it)',
  };
  const reason = reasons[error.code ?? ''] ?? error.message;
  return `${config.origin}: listener '${config.name}': cannot bind '${where}': ${reason}`;
}

function boundAddress(server: Server, listener: string, bind: BindConfig): BoundAddress {
  const address = server.address();
  if (address === null || typeof address === 'string') return { listener, text: bind.address, port: 0 };
  const host = address.address.includes(':') ? `[${address.address}]` : address.address;
  return { listener, text: `${host}:${address.port}`, port: address.port };
}
