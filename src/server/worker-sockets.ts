import { createServer, type Server } from 'node:net';
import { type AcceptedHandle, acceptHandles } from '../network/accepted-handle.js';
import type { BindConfig } from '../network/listener-config.js';
import { bindError } from './bind.js';
import { bindSocket, onListening } from './bind-socket.js';
import type { Descriptors } from './descriptors.js';
import type { WorkerShard } from './shard.js';

/** What the sockets of one address need of the acceptor. */
export interface WorkerSocketsOwner {
  readonly descriptors: Descriptors;
  readonly backlog: number;
  /** Whether each socket is bound with SO_REUSEPORT; more than one has to be. */
  readonly reusesPort: boolean;
  /** A connection that main accepted in a worker's place. */
  onHandle(handle: AcceptedHandle): void;
  onError(error: Error): void;
  /** Gives a duplicate of a listening socket to a worker. */
  send(shard: WorkerShard, fd: number): void;
}

/**
 * One address with a listening socket for each worker (`enable_reuse_port`, or there is only one): the kernel spreads
 * connections over them.
 * Main keeps every socket open, so that none of them loses what waits in it, and accepts on those without a worker.
 *
 *   main accepts ──give──► the worker accepts
 *        ▲                      │
 *        └──────takeBack────────┘
 */
export class WorkerSockets {
  private readonly owner: WorkerSocketsOwner;
  private readonly fds: number[];
  /** Those that main accepts on. */
  private readonly servers: (Server | null)[];
  /** Workers can take connections without a socket that Node makes around them. */
  private canGive: boolean;
  private isClosed: boolean;
  port: number;

  private constructor(owner: WorkerSocketsOwner) {
    this.owner = owner;
    this.fds = [];
    this.servers = [];
    this.canGive = false;
    this.isClosed = false;
    this.port = 0;
  }

  /** Binds `count` sockets, on all of which main accepts; rejects with what the system said, behind `who`. */
  static async bind(
    owner: WorkerSocketsOwner,
    bind: BindConfig,
    count: number,
    who: string,
  ): Promise<WorkerSockets> {
    const sockets = new WorkerSockets(owner);
    sockets.port = bind.port;
    try {
      for (let i = 0; i < count; i++) {
        sockets.fds.push(bindSocket(owner.descriptors, { ...bind, port: sockets.port }, owner.reusesPort));
        sockets.servers.push(null);
        const server = await sockets.acceptAt(i);
        onListening(server, bind);
        const address = server.address();
        if (address !== null && typeof address !== 'string') sockets.port = address.port;
      }
    } catch (error) {
      sockets.close();
      throw new Error(bindError(bind, who, error instanceof Error ? error : new Error(String(error))));
    }
    return sockets;
  }

  /** The worker of that index accepts, as far as main knows. */
  isGiven(index: number): boolean {
    return this.servers[index] === null;
  }

  /** The worker of that index accepts from now on. */
  give(shard: WorkerShard): void {
    const server = this.servers[shard.index];
    const fd = this.fds[shard.index];
    if (this.isClosed || !this.canGive || server === undefined || server === null || fd === undefined) return;
    let copy: number;
    try {
      copy = this.owner.descriptors.duplicate(fd);
    } catch {
      // No descriptor is left: main goes on accepting, and this is tried again.
      return;
    }
    this.servers[shard.index] = null;
    server.close();
    this.owner.send(shard, copy);
  }

  /** Main accepts in that worker's place. */
  takeBack(index: number): void {
    if (this.isClosed || this.servers[index] !== null) return;
    this.acceptAt(index).catch((error: unknown) =>
      this.owner.onError(error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** No socket listens any more, except those that workers still have. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const server of this.servers) server?.close();
    for (const fd of this.fds) this.owner.descriptors.close(fd);
  }

  private async acceptAt(index: number): Promise<Server> {
    const { owner } = this;
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
    this.servers[index] = server;
    const fd = owner.descriptors.duplicate(this.fds[index] as number);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ fd }, owner.backlog, resolve);
    });
    server.on('error', (error) => owner.onError(error));
    if (server.listening) this.canGive = acceptHandles(server, (handle) => owner.onHandle(handle));
    return server;
  }
}
