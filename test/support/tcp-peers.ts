import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** How a peer's stream ended, as the socket of a test saw it. */
export type StreamEnd = 'fin' | 'reset';

/** One end of a TCP conversation; half-open, so that each side ends for itself. */
export class TcpPeer {
  readonly socket: Socket;
  /** Everything received so far. */
  text: string;
  byteLength: number;
  /** How the other side ended. */
  readonly ended: Promise<StreamEnd>;

  constructor(socket: Socket) {
    this.socket = socket;
    this.text = '';
    this.byteLength = 0;
    socket.on('data', (bytes: Buffer) => {
      this.byteLength += bytes.length;
      if (this.text.length < 1 << 20) this.text += bytes.toString('latin1');
    });
    this.ended = new Promise((resolve) => {
      socket.once('end', () => resolve('fin'));
      socket.once('error', () => resolve('reset'));
    });
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** FIN; what comes from the other side is still read. */
  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Resolves once that much has been received. */
  async received(text: string): Promise<void> {
    while (!this.text.includes(text)) await once(this.socket, 'data');
  }
}

/** A TCP server of a test that lets it play every connection by hand. */
export class TcpOrigin {
  readonly port: number;
  private readonly waiting: ((peer: TcpPeer) => void)[];
  private readonly peers: TcpPeer[];

  private constructor(port: number) {
    this.port = port;
    this.waiting = [];
    this.peers = [];
  }

  static async start(t: TestContext): Promise<TcpOrigin> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = new TcpOrigin((server.address() as AddressInfo).port);
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      const peer = new TcpPeer(socket);
      const waiter = origin.waiting.shift();
      if (waiter === undefined) origin.peers.push(peer);
      else waiter(peer);
    });
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return origin;
  }

  /** The next connection that arrives. */
  accept(): Promise<TcpPeer> {
    const peer = this.peers.shift();
    if (peer !== undefined) return Promise.resolve(peer);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

export async function dialPeer(t: TestContext, target: NetConnectOpts): Promise<TcpPeer> {
  const socket = connect({ ...target, allowHalfOpen: true });
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return new TcpPeer(socket);
}
