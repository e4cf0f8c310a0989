import { connect, type Socket } from 'node:net';
import { RespDecoder } from '../../../../src/codec/redis/resp-decoder.js';
import { Signal } from '../signal.js';
import type { RedisBackends } from './redis-backends.js';
import type { RedisCase, RedisStep } from './redis-case.js';

const patienceMs = 3000;

/** The client's side of a case. */
export class ScriptedRedisClient {
  private readonly socket: Socket;
  private readonly backends: RedisBackends;
  private readonly signal: Signal;
  private received: string;
  private replies: number;
  private isClosed: boolean;

  constructor(port: number, backends: RedisBackends) {
    this.backends = backends;
    this.signal = new Signal();
    this.received = '';
    this.replies = 0;
    this.isClosed = false;
    const decoder = new RespDecoder({
      onValue: () => {
        this.replies++;
      },
    });
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
      decoder.decode(text);
      this.signal.changed();
    });
    const onOver = (): void => {
      this.isClosed = true;
      this.signal.changed();
    };
    for (const event of ['end', 'close', 'error']) this.socket.on(event, onOver);
  }

  /** What it was sent, and the step that did not come to its end. */
  async perform(it: RedisCase): Promise<string[]> {
    let stuckAt = '';
    for (const step of it.steps) {
      if (await this.take(step)) continue;
      stuckAt = JSON.stringify(step);
      break;
    }
    const lines = this.received.split('\r\n').slice(0, -1);
    if (!this.received.endsWith('\r\n') && this.received !== '') lines.push(`(unended) ${this.received}`);
    if (this.isClosed) lines.push('(closed)');
    if (stuckAt !== '') lines.push(`(stuck at ${stuckAt})`);
    return lines;
  }

  destroy(): void {
    this.socket.destroy();
  }

  private async take(step: RedisStep): Promise<boolean> {
    if (step === 'closed') return this.signal.until(() => this.isClosed, patienceMs);
    if (step === 'end') this.socket.end();
    else if (step === 'reset') this.socket.resetAndDestroy();
    else if (typeof step === 'string') {
      // A turn of its own, so that pieces are packets.
      await new Promise((resolve) => this.socket.write(step, 'latin1', resolve));
      await new Promise((resolve) => setImmediate(resolve));
    } else if ('replies' in step) {
      return this.signal.until(() => this.replies >= step.replies, patienceMs);
    } else {
      const text = JSON.stringify(step.atBackend);
      return this.backends.signal.until(
        () => this.backends.lines.some((line) => line.endsWith(text)),
        patienceMs,
      );
    }
    return true;
  }
}
