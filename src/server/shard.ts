import { MessageChannel, type MessagePort } from 'node:worker_threads';
import {
  ControlWord,
  controlWords,
  firstListenerWord,
  type HandedConnection,
  type ListeningSocket,
  listenerWords,
  type ShardTask,
  type ToMain,
  type ToWorker,
} from '../api/messages.js';
import { RingQueue } from '../base/ring-queue.js';

/**
 *   starting ──ready──► serving ──┬─ told to stop ─► ending ──thread gone──► dead
 *       └──────── failed ─────────┴──── failed ────────┘
 */
export type ShardState = 'starting' | 'serving' | 'ending' | 'dead';

/**
 * One worker as main sees it: its port, its control block, and the connections that it has been sent but not yet
 * taken. After its death those are given to others; what it has counted as adopted died with it.
 */
export class WorkerShard {
  readonly index: number;
  readonly control: SharedArrayBuffer;
  readonly workerPort: MessagePort;
  /**
   * The thread runs no JavaScript any more and everything that it said has been handled: its port closes when its
   * environment is torn down, behind its last message. Only then may anything it could still touch be given away.
   */
  readonly gone: Promise<void>;
  private readonly words: Int32Array;
  private readonly port: MessagePort;
  private readonly handed: RingQueue<HandedConnection>;
  /** Those of the running turn: one message for all of them. They are in `handed` as well. */
  private outbox: HandedConnection[];
  private readonly post: () => void;
  /** How many of them each listener has. */
  private readonly handedOn: Int32Array;
  /** Descriptors of listening sockets that it was sent, in order. */
  private readonly listening: number[];
  private readonly abort: AbortController;
  private trimmed: number;
  private drainedAt: number;
  state: ShardState;
  startedMs: number;
  private lastBeat: number;
  private quietMs: number;
  /** Events of the watchdog already counted for the present silence. */
  hasMissed: boolean;
  hasMegaMissed: boolean;

  constructor(index: number, now: number, onMessage: (shard: WorkerShard, message: ToMain) => void) {
    this.index = index;
    this.control = new SharedArrayBuffer(controlWords * 4);
    this.words = new Int32Array(this.control);
    const channel = new MessageChannel();
    this.port = channel.port1;
    this.workerPort = channel.port2;
    this.handed = new RingQueue();
    this.outbox = [];
    this.post = () => this.postConnections();
    this.handedOn = new Int32Array(listenerWords);
    this.listening = [];
    this.abort = new AbortController();
    this.trimmed = 0;
    this.drainedAt = -1;
    this.state = 'starting';
    this.startedMs = now;
    this.lastBeat = 0;
    this.quietMs = 0;
    this.hasMissed = false;
    this.hasMegaMissed = false;
    this.gone = new Promise((resolve) => this.port.once('close', resolve));
    this.port.on('message', (message: ToMain) => onMessage(this, message));
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Open, or on their way. */
  get connections(): number {
    this.trim();
    return Atomics.load(this.words, ControlWord.connections) + this.handed.size;
  }

  /** The same of one listener. */
  connectionsOn(slot: number): number {
    this.trim();
    return Atomics.load(this.words, firstListenerWord + slot) + (this.handedOn[slot] as number);
  }

  /** Behind the connections that were handed over before it. */
  send(message: ToWorker): void {
    this.postConnections();
    if (this.state !== 'dead') this.port.postMessage(message);
  }

  /** Lets the worker accept on a socket of its own. */
  giveListening(socket: ListeningSocket): void {
    this.listening.push(socket.fd);
    this.send({ kind: 'accept', socket });
  }

  /** Call once the thread is gone: listening sockets that it never took. */
  get unclaimedListening(): readonly number[] {
    return this.listening.slice(Atomics.load(this.words, ControlWord.listening));
  }

  private postConnections(): void {
    if (this.outbox.length === 0) return;
    const message: ToWorker = { kind: 'connections', list: this.outbox };
    this.outbox = [];
    if (this.state !== 'dead') this.port.postMessage(message);
  }

  handOff(connection: HandedConnection): void {
    this.trim();
    this.handed.push(connection);
    this.countHanded(connection.slot, 1);
    if (this.outbox.length === 0) setImmediate(this.post);
    this.outbox.push(connection);
  }

  /** The worker has nothing open, and had taken over that many connections when it said so. */
  onDrained(adopted: number): void {
    this.drainedAt = adopted;
  }

  /** Nothing is open, and nothing was handed over since the worker said so. */
  get isDrained(): boolean {
    return this.drainedAt === this.trimmed + this.handed.size;
  }

  /** Looks at the heartbeat; `elapsedMs` is the time since the last look. */
  listen(elapsedMs: number): void {
    const beat = Atomics.load(this.words, ControlWord.heartbeat);
    if (beat === this.lastBeat) {
      this.quietMs += elapsedMs;
      return;
    }
    this.lastBeat = beat;
    this.quietMs = 0;
    this.hasMissed = false;
    this.hasMegaMissed = false;
  }

  /** How long the worker's event loop has been silent. */
  get silentMs(): number {
    return this.quietMs;
  }

  /** Ends the thread whatever it is doing. */
  kill(reason: Error = new Error('ended by main')): void {
    this.abort.abort(reason);
  }

  /** The task has ended, well or badly; the thread may still be on its way out. */
  onTaskEnded(): void {
    this.state = 'ending';
    // A task that never reached a thread still has the other end of the port here.
    this.workerPort.close();
  }

  /** Call once the thread is gone: answers the connections that it never took, which are the caller's from here on. */
  bury(): readonly HandedConnection[] {
    this.state = 'dead';
    this.outbox = [];
    this.trim();
    const orphans: HandedConnection[] = [];
    for (let next = this.handed.shift(); next !== undefined; next = this.handed.shift()) orphans.push(next);
    return orphans;
  }

  private countHanded(slot: number, change: number): void {
    this.handedOn[slot] = (this.handedOn[slot] as number) + change;
  }

  private trim(): void {
    const adopted = Atomics.load(this.words, ControlWord.adopted);
    for (; this.trimmed < adopted; this.trimmed++) {
      const taken = this.handed.shift();
      if (taken !== undefined) this.countHanded(taken.slot, -1);
    }
  }
}

/** What the pool of threads runs: see `workers/proxy.ts`. */
export interface ShardInput {
  readonly task: ShardTask;
  readonly port: MessagePort;
}
