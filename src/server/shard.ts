import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ControlWord, controlWords, type ShardTask, type ToMain, type ToWorker } from '../api/messages.js';
import { RingQueue } from '../base/ring-queue.js';

/** A connection on its way to a worker. */
export interface HandedConnection {
  readonly fd: number;
  readonly listener: string;
  readonly id: number;
}

export type ShardState = 'starting' | 'serving' | 'stopping' | 'dead';

/**
 * One worker as main sees it: its port, its control block, and the connections that it has been sent but not yet
 * taken. After its death those are given to others; what it has counted as adopted died with it.
 */
export class WorkerShard {
  readonly index: number;
  readonly control: SharedArrayBuffer;
  readonly workerPort: MessagePort;
  private readonly words: Int32Array;
  private readonly port: MessagePort;
  private readonly handed: RingQueue<HandedConnection>;
  private readonly abort: AbortController;
  private trimmed: number;
  state: ShardState;
  startedMs: number;
  private lastBeat: number;
  private lastBeatMs: number;

  constructor(index: number, now: number, onMessage: (shard: WorkerShard, message: ToMain) => void) {
    this.index = index;
    this.control = new SharedArrayBuffer(controlWords * 4);
    this.words = new Int32Array(this.control);
    const channel = new MessageChannel();
    this.port = channel.port1;
    this.workerPort = channel.port2;
    this.handed = new RingQueue();
    this.abort = new AbortController();
    this.trimmed = 0;
    this.state = 'starting';
    this.startedMs = now;
    this.lastBeat = 0;
    this.lastBeatMs = now;
    this.port.on('message', (message: ToMain) => onMessage(this, message));
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get connections(): number {
    return Atomics.load(this.words, ControlWord.connections) + this.handed.size;
  }

  send(message: ToWorker): void {
    if (this.state !== 'dead') this.port.postMessage(message);
  }

  handOff(connection: HandedConnection): void {
    this.trim();
    this.handed.push(connection);
    this.send({ kind: 'connection', ...connection });
  }

  /** How long the worker's event loop has been silent. */
  silentMs(now: number): number {
    const beat = Atomics.load(this.words, ControlWord.heartbeat);
    if (beat !== this.lastBeat) {
      this.lastBeat = beat;
      this.lastBeatMs = now;
    }
    return now - this.lastBeatMs;
  }

  /** Ends the thread whatever it is doing. */
  kill(): void {
    this.abort.abort();
  }

  /**
   * The thread is gone: handles what it had still said, in order, and answers the connections it never took.
   */
  bury(onMessage: (shard: WorkerShard, message: ToMain) => void): readonly HandedConnection[] {
    for (let received = receiveMessageOnPort(this.port); received; received = receiveMessageOnPort(this.port)) {
      onMessage(this, received.message as ToMain);
    }
    this.state = 'dead';
    this.port.close();
    this.trim();
    const orphans: HandedConnection[] = [];
    for (let next = this.handed.shift(); next !== undefined; next = this.handed.shift()) orphans.push(next);
    return orphans;
  }

  private trim(): void {
    const adopted = Atomics.load(this.words, ControlWord.adopted);
    for (; this.trimmed < adopted; this.trimmed++) this.handed.shift();
  }
}

/** What the pool of threads runs: see `workers/proxy.ts`. */
export interface ShardInput {
  readonly task: ShardTask;
  readonly port: MessagePort;
}
