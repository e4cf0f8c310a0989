import { connect, type Socket } from 'node:net';
import type { Histogram } from 'hdr-histogram-js';
import { latencyHistogram, recordMicros } from '../report/latency.js';
import { ResponseReader } from './response-reader.js';

export interface OpenLoopOptions {
  readonly port: number;
  /** One whole request, ready to be written. */
  readonly request: Buffer;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

export interface OpenLoopResult {
  /** Requests that fell due; each is in the histogram, answered or not. */
  readonly due: number;
  readonly answered: number;
  /** Answers other than 2xx, and requests that were never answered. */
  readonly failed: number;
  /** Microseconds from when a request was due to when its answer was complete. */
  readonly histogram: Histogram;
  /**
   * How late the generator itself noticed that something was due, in microseconds. Latencies include it; where it is
   * not far below them, the machine was too busy for the figures to mean much.
   */
  readonly lag: Histogram;
}

/** How long the last requests are waited for after the last one was due. */
const graceMs = 2000;

interface Connection {
  readonly socket: Socket;
  readonly reader: ResponseReader;
  /** When the request on it was due; -1 while it is idle. */
  dueMs: number;
}

/**
 * Sends requests at a fixed rate whatever the answers do. A request that finds every connection busy waits in line,
 * and its latency counts from when it was due: a stall of the proxy shows in every request that fell due during it.
 */
export class OpenLoop {
  private readonly options: OpenLoopOptions;
  private readonly histogram: Histogram;
  private readonly lag: Histogram;
  private readonly connections: Connection[];
  private readonly idle: Connection[];
  private readonly intervalMs: number;
  private startMs: number;
  /** Requests that fell due, and those written so far; the difference waits for a connection. */
  private due: number;
  private sent: number;
  private answered: number;
  /** Requests whose connection was lost under them, or that nobody had answered at the end. */
  private unanswered: number;
  private refused: number;

  constructor(options: OpenLoopOptions) {
    this.options = options;
    this.histogram = latencyHistogram();
    this.lag = latencyHistogram();
    this.connections = [];
    this.idle = [];
    this.intervalMs = 1000 / options.requestsPerSecond;
    this.startMs = 0;
    this.due = 0;
    this.sent = 0;
    this.answered = 0;
    this.unanswered = 0;
    this.refused = 0;
  }

  async run(): Promise<OpenLoopResult> {
    await Promise.all(Array.from({ length: this.options.connections }, () => this.open()));
    this.startMs = this.options.now();
    await this.pace();
    this.recordUnanswered();
    for (const { socket } of this.connections) socket.destroy();
    const failed = this.refused + this.unanswered;
    return { due: this.due, answered: this.answered, failed, histogram: this.histogram, lag: this.lag };
  }

  private open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const buffer = Buffer.allocUnsafeSlow(65_536);
      const onread = {
        buffer,
        callback: (length: number) => {
          this.onBytes(connection, buffer.subarray(0, length));
          return true;
        },
      };
      const socket = connect({ port: this.options.port, host: '127.0.0.1', noDelay: true, onread });
      const connection: Connection = { socket, reader: new ResponseReader(), dueMs: -1 };
      socket.once('connect', () => {
        this.connections.push(connection);
        this.idle.push(connection);
        resolve();
      });
      socket.on('error', reject);
      socket.on('close', () => this.lost(connection));
    });
  }

  /** Writes what falls due, turn by turn of the event loop: a timer's millisecond is as long as the latencies. */
  private pace(): Promise<void> {
    const total = Math.floor(this.options.requestsPerSecond * this.options.seconds);
    return new Promise((resolve) => {
      const turn = () => {
        const elapsed = this.options.now() - this.startMs;
        const due = Math.min(total, Math.floor(elapsed / this.intervalMs) + 1);
        if (due > this.due) recordMicros(this.lag, (elapsed - this.due * this.intervalMs) * 1000);
        this.due = due;
        this.send();
        const isOver = this.due === total && this.sent === total && this.answered + this.unanswered === total;
        if (isOver || elapsed > this.options.seconds * 1000 + graceMs) resolve();
        else setImmediate(turn);
      };
      turn();
    });
  }

  private send(): void {
    while (this.sent < this.due) {
      const connection = this.idle.pop();
      if (connection === undefined) return;
      connection.dueMs = this.startMs + this.sent * this.intervalMs;
      this.sent++;
      connection.socket.write(this.options.request);
    }
  }

  private onBytes(connection: Connection, bytes: Buffer): void {
    if (connection.reader.take(bytes) === 0) return;
    recordMicros(this.histogram, (this.options.now() - connection.dueMs) * 1000);
    connection.dueMs = -1;
    this.refused += connection.reader.failed;
    connection.reader.failed = 0;
    this.answered++;
    this.idle.push(connection);
    this.send();
  }

  /** A connection the proxy closed takes its request with it; the others carry on. */
  private lost(connection: Connection): void {
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    this.giveUp(connection);
  }

  private giveUp(connection: Connection): void {
    if (connection.dueMs < 0) return;
    recordMicros(this.histogram, (this.options.now() - connection.dueMs) * 1000);
    connection.dueMs = -1;
    this.unanswered++;
  }

  private recordUnanswered(): void {
    const now = this.options.now();
    for (const connection of this.connections) this.giveUp(connection);
    for (let i = this.sent; i < this.due; i++) {
      recordMicros(this.histogram, (now - this.startMs - i * this.intervalMs) * 1000);
      this.unanswered++;
    }
  }
}
