import { createServer, type Server } from 'node:net';
import { ControlWord, type ListeningSocket, type ToMain } from '../src/api/messages.js';
import type { Logger } from '../src/api/thread-scope.js';
import { type AcceptedHandle, acceptHandles } from '../src/network/accepted-handle.js';

/** Takes connections that this worker accepted. */
export type TakeConnection = (handle: AcceptedHandle, socket: ListeningSocket) => void;

/** The listening sockets that a worker has of its own (`enable_reuse_port`). Main has bound them and keeps them open. */
export class Listening {
  private readonly control: Int32Array;
  private readonly take: TakeConnection;
  private readonly post: (message: ToMain) => void;
  private readonly log: Logger;
  private readonly servers: Map<Server, string>;

  constructor(control: Int32Array, take: TakeConnection, post: (message: ToMain) => void, log: Logger) {
    this.control = control;
    this.take = take;
    this.post = post;
    this.log = log;
    this.servers = new Map();
  }

  /** Takes over a descriptor: from the bump on it is this worker's, whatever happens next. */
  accept(socket: ListeningSocket): void {
    const { fd, listener, backlog } = socket;
    Atomics.add(this.control, ControlWord.listening, 1);
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    server.on('error', (error) => this.log.error(`listener ${listener}: ${error.message}`));
    this.servers.set(server, listener);
    server.listen({ fd }, backlog);
    if (!acceptHandles(server, (handle) => this.onHandle(handle, socket)))
      this.log.error(`listener ${listener}: this worker cannot accept`);
  }

  /** Behind the next poll, which takes what is complete already. */
  stop(listeners: readonly string[] | null): void {
    const ending = [...this.servers].filter(([, name]) => listeners?.includes(name) !== false);
    for (const [server] of ending) this.servers.delete(server);
    setImmediate(() => {
      for (const [server] of ending) server.close();
    });
  }

  private onHandle(handle: AcceptedHandle, socket: ListeningSocket): void {
    if (handle.fd >= 0 && handle.fd < socket.highestFd) {
      this.take(handle, socket);
      return;
    }
    handle.close();
    this.post({ kind: 'descriptors-exhausted', listener: socket.listener });
  }
}
