import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Signal } from '../signal.js';
import type { ByteStep } from './byte-case.js';

const patienceMs = 3000;

/** One end of a connection: what arrived, and whether more can. */
class End {
  readonly socket: Socket;
  readonly received: Buffer[];
  sentBytes: number;
  receivedBytes: number;
  /** `open`, `fin` or `reset`. */
  state: string;

  constructor(socket: Socket, signal: Signal) {
    this.socket = socket;
    this.received = [];
    this.sentBytes = 0;
    this.receivedBytes = 0;
    this.state = 'open';
    socket.on('data', (bytes: Buffer) => {
      this.received.push(bytes);
      this.receivedBytes += bytes.length;
      signal.changed();
    });
    const end = (state: string) => (): void => {
      if (this.state === 'open') this.state = state;
      signal.changed();
    };
    socket.on('end', end('fin'));
    socket.on('error', end('reset'));
    socket.on('close', end('reset'));
  }

  send(bytes: Buffer): void {
    this.sentBytes += bytes.length;
    this.socket.write(bytes);
  }
}

/** A server that says what a script says, behind a proxy that a client of the same script talks to. */
export class ScriptedServer {
  private readonly server: Server;
  private readonly signal: Signal;
  private arrived: End | null;

  private constructor(server: Server) {
    this.server = server;
    this.signal = new Signal();
    this.arrived = null;
    server.on('connection', (socket) => {
      this.arrived = new End(socket, this.signal);
      this.signal.changed();
    });
  }

  static async start(): Promise<ScriptedServer> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
  }

  /** What each side saw of one conversation through that port. */
  async play(port: number, steps: readonly ByteStep[]): Promise<readonly string[]> {
    this.arrived = null;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const client = new End(socket, this.signal);
    await this.signal.until(() => this.arrived !== null || client.state !== 'open', patienceMs);
    const server = this.newest();
    if (server === null) return ['no connection arrived'];
    const lines: string[] = [];
    for (const step of steps)
      if (!(await this.take(step, client, server))) lines.push(`stuck at ${name(step)}`);
    client.socket.end();
    await this.signal.until(() => server.state !== 'open', patienceMs);
    server.socket.end();
    await this.signal.until(() => client.state !== 'open', patienceMs);
    for (const [who, end] of [
      ['client', client],
      ['server', server],
    ] as const) {
      lines.push(`${who} got ${Buffer.concat(end.received).toString('hex')}, ${end.state}`);
      end.socket.destroy();
    }
    return lines;
  }

  /** A call, since a connection arrives behind the back of the compiler. */
  private newest(): End | null {
    return this.arrived;
  }

  private take(step: ByteStep, client: End, server: End): Promise<boolean> {
    if (step === 'client-end') client.socket.end();
    else if (step === 'server-end') server.socket.end();
    else if (step === 'client-reset') client.socket.resetAndDestroy();
    else if ('clientNow' in step) client.send(step.clientNow);
    else if ('client' in step) client.send(step.client);
    else server.send(step.server);
    if (typeof step !== 'string' && 'clientNow' in step) return Promise.resolve(true);
    return this.signal.until(() => {
      if (step === 'client-end') return server.state !== 'open';
      if (step === 'server-end') return client.state !== 'open';
      if (step === 'client-reset') return server.state !== 'open';
      if ('server' in step) return client.receivedBytes >= server.sentBytes;
      return server.receivedBytes >= client.sentBytes;
    }, patienceMs);
  }
}

function name(step: ByteStep): string {
  return typeof step === 'string' ? step : Object.keys(step).join();
}
