import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Signal } from '../signal.js';

const patienceMs = 10_000;

/** Hosts that answer every datagram with what it was, behind `re:`; `big` is answered with 3,000 bytes. */
export class DatagramOrigins {
  readonly seen: string[] = [];
  readonly ports: { [name: string]: number } = {};
  private readonly sockets: Socket[] = [];

  static async listen(names: readonly string[]): Promise<DatagramOrigins> {
    const origins = new DatagramOrigins();
    for (const name of names) {
      const socket = createSocket('udp4');
      socket.on('message', (bytes, { address, port }) => {
        const text = bytes.toString('latin1');
        origins.seen.push(`${name}: ${text.slice(0, 20)} (${text.length})`);
        socket.send(text === 'big' ? 'b'.repeat(3000) : `re:${text}`, port, address);
      });
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      origins.ports[name] = socket.address().port;
      origins.sockets.push(socket);
    }
    return origins;
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }
}

/** Clients of one case, each with a port of its own. */
export class DatagramClients {
  readonly replies: string[] = [];
  private readonly signal = new Signal();
  private readonly sockets = new Map<string, Socket>();

  send(client: string, text: string, port: number): void {
    let socket = this.sockets.get(client);
    if (socket === undefined) {
      socket = createSocket('udp4');
      socket.on('message', (bytes) => {
        this.replies.push(`${client}: ${bytes.toString('latin1').slice(0, 40)}`);
        this.signal.changed();
      });
      socket.on('error', () => undefined);
      this.sockets.set(client, socket);
    }
    socket.send(text, port, '127.0.0.1');
  }

  async replied(count: number): Promise<void> {
    await this.signal.until(() => this.replies.length >= count, patienceMs);
  }

  close(): void {
    for (const socket of this.sockets.values()) socket.close();
  }
}
