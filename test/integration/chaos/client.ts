import { createHash } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Random } from '../../../src/base/random.js';
import { bodyOf } from './contract.js';

export interface ClientCounts {
  answered: number;
  /** Answers that an origin broke off: the client was right to see it. */
  broken: number;
  /** What should not have been seen, in words. */
  readonly wrong: string[];
}

export interface World {
  /** How many processes have been killed so far, and whether that one has ever been. */
  readonly kills: number;
  wasKilled(port: number): boolean;
  onAnswer(): void;
}

/** One client: request after request on a kept connection, each answer checked to the byte. */
export class Client {
  private readonly agent: Agent;
  private readonly port: number;
  private readonly random: Random;
  private readonly counts: ClientCounts;
  private readonly world: World;
  private isStopping = false;
  asked = 0;

  constructor(port: number, random: Random, counts: ClientCounts, world: World) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.port = port;
    this.random = random;
    this.counts = counts;
    this.world = world;
  }

  async run(): Promise<void> {
    while (!this.isStopping) {
      await this.ask();
      this.asked++;
      this.world.onAnswer();
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
        else this.counts.wrong.push(`an answer of an origin in mode ${String(mode)} was broken off`);
      } else this.check(response, received, size, body);
    } catch (error) {
      this.counts.wrong.push(`no answer: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private check(response: IncomingMessage, received: Buffer, size: number, body: Buffer | null): void {
    const digest = createHash('sha1')
      .update(body ?? '')
      .digest('hex');
    this.counts.answered++;
    const { statusCode, headers } = response;
    const flags = String(headers['x-flags']);
    if (statusCode !== 200)
      this.counts.wrong.push(`status ${statusCode} ${flags}: ${received.subarray(0, 90)}`);
    else if (!received.equals(bodyOf(size))) this.counts.wrong.push(`wrong body of ${received.length} bytes`);
    else if (headers['x-digest'] !== digest) this.counts.wrong.push('the origin got another body');
  }

  private send(size: number, body: Buffer | null): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { agent, port } = this;
      const method = body === null ? 'GET' : 'POST';
      const outgoing = request({ host: '127.0.0.1', port, path: `/?size=${size}`, method, agent }, resolve);
      outgoing.on('error', reject);
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
