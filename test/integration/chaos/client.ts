import { createHash } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Random } from '../../../src/base/random.js';
import { askHeader, bodyOf } from './contract.js';

export interface ClientCounts {
  answered: number;
  /** Answers that an origin broke off: the client was right to see it. */
  broken: number;
  /** What should not have been seen. */
  readonly wrong: Wrong[];
}

/** What a client saw, where and when, for looking it up in the proxy's log. */
export interface Wrong {
  readonly what: string;
  readonly wallMs: number;
  readonly clientPort: number;
  /** The answer before it. */
  readonly before: string;
}

/** An answer that was complete to the byte. */
interface Answered {
  readonly origin: number;
  /** How many processes had been killed when it was asked for. */
  readonly kills: number;
  readonly text: string;
}

export interface World {
  /** How many processes have been killed so far, and whether that one has ever been. */
  readonly kills: number;
  wasKilled(port: number): boolean;
  /** The end of an answer is said after its last byte. */
  readonly endsStreamsApart: boolean;
  onAnswer(): void;
  /** Between one request and the next. */
  rest(): Promise<void>;
}

/** One client: request after request on a kept connection, each answer checked to the byte. */
export class Client {
  private readonly agent: Agent;
  private readonly index: number;
  private readonly port: number;
  private readonly random: Random;
  private readonly counts: ClientCounts;
  private readonly world: World;
  private isStopping = false;
  private clientPort = 0;
  private before: Answered | null = null;
  /** Requests begun. */
  asked = 0;

  constructor(index: number, port: number, random: Random, counts: ClientCounts, world: World) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.index = index;
    this.port = port;
    this.random = random;
    this.counts = counts;
    this.world = world;
  }

  async run(): Promise<void> {
    while (!this.isStopping) {
      this.asked++;
      await this.ask();
      this.world.onAnswer();
      await this.world.rest();
    }
    this.agent.destroy();
  }

  stop(): void {
    this.isStopping = true;
  }

  private async ask(): Promise<void> {
    const size = 2 * this.random.below(this.random.below(8) === 0 ? 100_000 : 2_000) + 2;
    const body = this.random.below(3) === 0 ? bodyOf(this.random.below(16_000)) : null;
    const { kills } = this.world;
    try {
      const response = await this.send(size, body);
      const mode = response.headers['x-mode'] ?? 'none';
      const received = await whole(response);
      if (received === null) {
        const isKilled =
          kills !== this.world.kills && this.world.wasKilled(Number(response.headers['x-origin']));
        if (mode === 'breaking' || mode === 'lying' || isKilled) this.counts.broken++;
        else this.note(`an answer of an origin in mode ${String(mode)} was broken off`);
      } else this.check(response, received, size, body);
      const text = `${response.statusCode} of ${response.headers['x-origin']}, ${mode}, ${size} bytes, client ${this.clientPort} at ${new Date().toISOString()}`;
      this.before = { origin: Number(response.headers['x-origin']), kills, text };
    } catch (error) {
      if (this.wasLeftUnended()) this.counts.broken++;
      else this.note(`no answer: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /**
   * The origin of the answer before was killed between its last byte and the end of its stream. The client had all that
   * the length promised, and asked again just as the proxy closed its connection for the stream that will never end.
   */
  private wasLeftUnended(): boolean {
    const { before, world } = this;
    return (
      world.endsStreamsApart &&
      before !== null &&
      before.kills !== world.kills &&
      world.wasKilled(before.origin)
    );
  }

  private note(what: string): void {
    const { clientPort, before } = this;
    this.counts.wrong.push({ what, wallMs: Date.now(), clientPort, before: before?.text ?? 'none' });
  }

  private check(response: IncomingMessage, received: Buffer, size: number, body: Buffer | null): void {
    const digest = createHash('sha1')
      .update(body ?? '')
      .digest('hex');
    this.counts.answered++;
    const { statusCode, headers } = response;
    const flags = String(headers['x-flags']);
    if (statusCode !== 200) this.note(`status ${statusCode} ${flags}: ${received.subarray(0, 90)}`);
    else if (!received.equals(bodyOf(size))) this.note(`wrong body of ${received.length} bytes`);
    else if (headers['x-digest'] !== digest) this.note('the origin got another body');
  }

  private noteSocket(socket: Socket): void {
    const note = (): void => {
      this.clientPort = socket.localPort ?? 0;
    };
    if (socket.connecting) socket.once('connect', note);
    else note();
  }

  private send(size: number, body: Buffer | null): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { agent, port, index, asked } = this;
      const method = body === null ? 'GET' : 'POST';
      const headers = { [askHeader]: `${index} ${asked}` };
      const path = `/?size=${size}`;
      const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent }, resolve);
      outgoing.on('error', reject);
      outgoing.on('socket', (socket) => this.noteSocket(socket));
      outgoing.end(body ?? undefined);
    });
  }
}

/** Null when it ended before its end. */
function whole(response: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', () => resolve(null));
    response.on('close', () => resolve(response.complete ? Buffer.concat(parts) : null));
  });
}
