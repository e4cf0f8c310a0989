import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { eventually } from './eventually.js';
import { startOrigin } from './proxy.js';

/** What an origin sees at once of one thing, now and at most so far. */
export class Level {
  now = 0;
  most = 0;

  up(): void {
    this.now++;
    if (this.now > this.most) this.most = this.now;
  }

  down(): void {
    this.now--;
  }
}

/**
 * An origin that counts what the proxy has open with it. By the last part of the path it answers in the next turn
 * (`/soon`), keeps the request until `release` (`/hold`), closes the connection behind its answer (`/last`), or fails
 * the first try and keeps the second one (`/again`). What it counts ends here before the proxy can know.
 */
export class HoldingOrigin {
  readonly requests: Level;
  readonly connections: Level;
  readonly port: number;
  private readonly server: Server;
  private held: ServerResponse[];
  /** By what answers call them in `x-connection`. */
  private readonly open: Map<Socket, string>;
  private opened: number;

  private constructor(port: number, server: Server) {
    this.port = port;
    this.server = server;
    this.requests = new Level();
    this.connections = new Level();
    this.held = [];
    this.open = new Map();
    this.opened = 0;
    server.keepAliveTimeout = 0;
    server.on('connection', (socket: Socket) => this.onConnection(socket));
    server.on('request', (request, response) => this.onRequest(request, response));
  }

  static async start(t: TestContext): Promise<HoldingOrigin> {
    const { port, server } = await startOrigin(t, () => undefined);
    return new HoldingOrigin(port, server);
  }

  get holds(): number {
    return this.held.length;
  }

  /** Answers what it keeps and what it is still sent, until all of that is done. */
  async releaseUntil<T>(done: Promise<T>): Promise<T> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    done.then(end, end);
    await eventually(() => {
      for (const response of this.held.splice(0)) this.answer(response, 200);
      return isDone;
    });
    return done;
  }

  /** Ends the connections on which nothing is going on. */
  closeIdle(): void {
    this.server.closeIdleConnections();
  }

  private onConnection(socket: Socket): void {
    this.open.set(socket, String(this.opened++));
    this.connections.up();
    socket.on('close', () => this.onLeft(socket));
  }

  private onLeft(socket: Socket): void {
    if (this.open.delete(socket)) this.connections.down();
  }

  private onRequest(request: IncomingMessage, response: ServerResponse): void {
    this.requests.up();
    // A client that is gone ends its request as well.
    response.on('close', () => {
      if (!response.writableEnded) this.requests.down();
      this.held = this.held.filter((held) => held !== response);
    });
    response.setHeader('x-connection', this.open.get(request.socket) ?? 'closed');
    const path = request.url ?? '';
    const isFirst = request.headers['x-envoy-attempt-count'] === '1';
    if (path.endsWith('/hold') || (path.endsWith('/again') && !isFirst)) this.held.push(response);
    else if (path.endsWith('/again')) this.answer(response, 503);
    else
      setImmediate(() => {
        if (path.endsWith('/last')) {
          response.setHeader('connection', 'close');
          this.onLeft(request.socket);
        }
        this.answer(response, 200);
      });
  }

  private answer(response: ServerResponse, status: number): void {
    if (response.destroyed || response.writableEnded) return;
    this.requests.down();
    response.statusCode = status;
    response.end('hello');
  }
}
