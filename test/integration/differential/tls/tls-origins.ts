import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { TlsCertificates } from './tls-certificates.js';

const okay = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Hosts that speak TLS, each in its own way; they answer every read with 200. */
export class TlsOrigins {
  readonly ports: { [name: string]: number };
  private readonly servers: Server[];
  private readonly sockets: Set<Socket>;

  constructor() {
    this.ports = {};
    this.servers = [];
    this.sockets = new Set();
  }

  static async start(certificates: TlsCertificates): Promise<TlsOrigins> {
    const origins = new TlsOrigins();
    const { peers } = certificates;
    for (const [name, { pem, keyPem }] of Object.entries(peers))
      await origins.tls(name, { cert: pem, key: keyPem });
    const good = { cert: peers.good.pem, key: peers.good.keyPem };
    const asking = { requestCert: true, rejectUnauthorized: true, ca: readFileSync(certificates.ca) };
    await origins.tls('asks', { ...good, ...asking });
    await origins.tls('only-13', { ...good, minVersion: 'TLSv1.3' });
    await origins.listen('clear', createServer(answer));
    await origins.listen(
      'resets',
      createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    await origins.listen(
      'closes',
      createServer((socket) => socket.once('data', () => socket.end())),
    );
    return origins;
  }

  close(): void {
    for (const server of this.servers) server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private tls(name: string, options: TlsOptions): Promise<void> {
    return this.listen(name, createTlsServer(options, answer));
  }

  private async listen(name: string, server: Server): Promise<void> {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.servers.push(server);
    this.ports[name] = (server.address() as AddressInfo).port;
  }
}

function answer(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.on('data', () => socket.write(okay));
}
