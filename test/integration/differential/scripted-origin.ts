import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { OriginScript, OriginStep } from './differential-case.js';
import { data, frame, headers, readHttp2Streams } from './http2-wire.js';
import { Signal } from './signal.js';
import { readMessages, type WireMessage } from './wire.js';

/** Waiting longer than this for something that never comes only costs time: a case that hangs is a difference. */
const patienceMs = 2000;

const okay = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Settings and their acknowledgement, the first words of an HTTP/2 server. */
const http2Greeting = frame('settings', 0, 0, '') + frame('settings', 1, 0, '');

/** What an origin saw of one request. */
export interface SeenRequest {
  readonly origin: string;
  readonly connection: number;
  readonly message: WireMessage;
}

class OriginConnection {
  readonly origin: string;
  readonly number: number;
  readonly socket: Socket;
  text: string;
  answered: number;
  isOver: boolean;
  /** Told by the name of the origin. */
  readonly isHttp2: boolean;

  constructor(origin: string, number: number, socket: Socket) {
    this.origin = origin;
    this.number = number;
    this.socket = socket;
    this.text = '';
    this.answered = 0;
    this.isOver = false;
    this.isHttp2 = origin.startsWith('http2');
    if (this.isHttp2) socket.write(http2Greeting, 'latin1');
  }

  get messages(): WireMessage[] {
    if (!this.isHttp2) return readMessages(this.text);
    return readHttp2Streams(this.text);
  }

  /** The answer without a script. */
  okay(index: number): string {
    const stream = index * 2 + 1;
    return this.isHttp2 ? headers(stream, [[':status', '200']], false) + data(stream, 'ok') : okay;
  }
}

/** Several upstream hosts that do as a case's script says and remember the bytes they were sent. */
export class ScriptedOrigin {
  readonly signal: Signal;
  private readonly servers: Map<string, Server>;
  private connections: OriginConnection[];
  private scripts: readonly OriginScript[];
  private served: number;

  constructor() {
    this.signal = new Signal();
    this.servers = new Map();
    this.connections = [];
    this.scripts = [];
    this.served = 0;
  }

  /** Starts listening under a name and answers the port. */
  async listen(name: string): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.onConnection(name, socket),
    );
    this.servers.set(name, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  begin(scripts: readonly OriginScript[]): void {
    this.scripts = scripts;
    this.connections = [];
    this.served = 0;
  }

  /** Requests in the order of their connections. */
  get requests(): SeenRequest[] {
    return this.connections.flatMap(({ origin, number, messages }) =>
      messages.map((message) => ({ origin, connection: number, message })),
    );
  }

  get receivedText(): string {
    return this.connections.map(({ text }) => text).join('');
  }

  get hasOpenConnections(): boolean {
    return this.connections.some(({ isOver }) => !isOver);
  }

  /** Closes what the case left open. */
  finish(): void {
    for (const connection of this.connections) connection.socket.destroy();
  }

  close(): void {
    this.finish();
    for (const server of this.servers.values()) server.close();
  }

  private onConnection(name: string, socket: Socket): void {
    const connection = new OriginConnection(name, this.connections.length, socket);
    this.connections.push(connection);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      connection.text += text;
      this.answerNew(connection);
      this.signal.changed();
    });
    socket.on('end', () => {
      connection.isOver = true;
      this.signal.changed();
      if (!socket.writableEnded) socket.end();
    });
    socket.on('error', () => {
      connection.isOver = true;
    });
    socket.on('close', () => {
      connection.isOver = true;
      this.signal.changed();
    });
  }

  private answerNew(connection: OriginConnection): void {
    const { messages } = connection;
    while (connection.answered < messages.length) {
      const index = connection.answered++;
      const script = this.scripts[this.served++] ?? connection.okay(index);
      const steps: readonly OriginStep[] =
        typeof script === 'string' ? ['complete', { send: script }] : script;
      void this.perform(connection, index, steps);
    }
  }

  private async perform(
    connection: OriginConnection,
    index: number,
    steps: readonly OriginStep[],
  ): Promise<void> {
    const { socket } = connection;
    for (const step of steps) {
      if (socket.destroyed) return;
      if (step === 'complete') {
        await this.wait(() => connection.messages[index]?.isComplete === true);
      } else if (step === 'close') {
        socket.end();
      } else if (step === 'reset') {
        socket.resetAndDestroy();
      } else if (step === 'hang') {
        return;
      } else if (step === 'echo') {
        this.echo(connection, index);
      } else if ('send' in step) {
        socket.write(step.send, 'latin1');
      } else if ('requests' in step) {
        await this.wait(() => this.served >= step.requests);
      } else {
        await this.wait(() => connection.text.includes(step.text));
      }
    }
  }

  private echo(connection: OriginConnection, index: number): void {
    const early = connection.messages[index]?.body ?? '';
    if (early !== '') connection.socket.write(early, 'latin1');
    connection.socket.on('data', (text: string) => connection.socket.write(text, 'latin1'));
  }

  private async wait(isReached: () => boolean): Promise<void> {
    await this.signal.until(isReached, patienceMs);
  }
}
