import { connect, type Socket } from 'node:net';
import type { ClientStep, DifferentialCase } from './differential-case.js';
import { headers, preface, readHttp2 } from './http2-wire.js';
import type { ScriptedOrigin } from './scripted-origin.js';
import { Signal } from './signal.js';
import { readMessages, type WireMessage } from './wire.js';

/** Longer than an origin waits, so that what an origin gives up on is still seen. */
const patienceMs = 5000;
/** Both proxies answer this path themselves in every bootstrap. */
const probe = 'GET /__probe HTTP/1.1\r\nhost: probe.local\r\n\r\n';
const http2Probe = headers(1001, [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'probe.local'],
  [':path', '/__probe'],
]);

/** What a client saw of its conversation. */
export interface ClientView {
  readonly responses: readonly WireMessage[];
  /** Whether the proxy kept the connection for another request. */
  readonly connection: 'kept' | 'closed' | 'silent' | 'not tried';
  /** The step that did not come to its end, if any. */
  readonly stuckAt: string;
}

/** Runs the client's side of a case on a connection of its own. */
export async function converse(
  it: DifferentialCase,
  port: number,
  origin: ScriptedOrigin,
): Promise<ClientView> {
  const client = new ScriptedClient(port, origin);
  const stuckAt = await client.perform(it.steps);
  const connection = it.probes === false || stuckAt !== '' ? 'not tried' : await client.tryAnother();
  const view: ClientView = { responses: client.responses, connection, stuckAt };
  client.destroy();
  return view;
}

class ScriptedClient {
  private readonly socket: Socket;
  private readonly origin: ScriptedOrigin;
  private readonly signal: Signal;
  private received: string;
  private sent: string;
  private isClosed: boolean;

  constructor(port: number, origin: ScriptedOrigin) {
    this.origin = origin;
    this.signal = new Signal();
    this.received = '';
    this.sent = '';
    this.isClosed = false;
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
      this.signal.changed();
    });
    const onOver = (): void => {
      this.isClosed = true;
      this.signal.changed();
    };
    this.socket.on('end', onOver);
    this.socket.on('close', onOver);
    this.socket.on('error', onOver);
  }

  get responses(): WireMessage[] {
    if (this.isHttp2) return readHttp2(this.received);
    const methods = readMessages(this.sent).map(({ startLine }) => startLine.split(' ')[0] ?? 'GET');
    return readMessages(this.received, methods);
  }

  /** Answers the step that got stuck, or nothing. */
  async perform(steps: readonly ClientStep[]): Promise<string> {
    for (const step of steps) if (!(await this.take(step))) return JSON.stringify(step);
    return '';
  }

  /** Asks once more on the same connection. */
  async tryAnother(): Promise<ClientView['connection']> {
    if (!this.isClosed && this.isToldToClose) await this.signal.until(() => this.isClosed, 1500);
    if (this.isClosed) return 'closed';
    const before = this.finalCount();
    this.send(this.isHttp2 ? http2Probe : probe);
    const isDecided = await this.signal.until(() => this.isClosed || this.finalCount() > before, 1500);
    if (!isDecided) return 'silent';
    return this.finalCount() > before ? 'kept' : 'closed';
  }

  private get isHttp2(): boolean {
    return this.sent.startsWith(preface);
  }

  private get isToldToClose(): boolean {
    if (this.isHttp2) return this.responses.at(-1)?.startLine.startsWith('GOAWAY') === true;
    return (
      this.responses.at(-1)?.fields.some(([name, value]) => name === 'connection' && value === 'close') ===
      true
    );
  }

  destroy(): void {
    this.socket.destroy();
  }

  private async take(step: ClientStep): Promise<boolean> {
    if (step === 'closed') return this.signal.until(() => this.isClosed, patienceMs);
    if (step === 'origin-idle')
      return this.origin.signal.until(() => !this.origin.hasOpenConnections, patienceMs);
    if (step === 'end') this.socket.end();
    else if (step === 'reset') this.socket.resetAndDestroy();
    else if (typeof step === 'string') this.send(step);
    else if ('responses' in step) {
      return this.signal.until(() => this.isClosed || this.finalCount() >= step.responses, patienceMs);
    } else if ('text' in step) {
      return this.signal.until(() => this.isClosed || this.received.includes(step.text), patienceMs);
    } else if ('atOrigin' in step) {
      return this.origin.signal.until(() => this.origin.requests.length >= step.atOrigin, patienceMs);
    } else {
      return this.origin.signal.until(() => this.origin.receivedText.includes(step.textAtOrigin), patienceMs);
    }
    return true;
  }

  private send(text: string): void {
    this.sent += text;
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(text, 'latin1');
  }

  private finalCount(): number {
    return this.responses.filter(
      ({ startLine, isComplete }) => isComplete && !/ 1\d\d/.test(startLine.slice(8, 12)),
    ).length;
  }
}
