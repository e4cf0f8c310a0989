import type { HandedConnection, ShardTask, ToMain, ToWorker } from '../api/messages.js';
import type { Clock } from '../base/clock.js';
import { RestartBackOff } from './restart-back-off.js';
import { type ShardInput, WorkerShard } from './shard.js';
import type { WorkerThreads } from './worker-threads.js';

/** What the pool asks of the server. */
export interface ShardPoolOwner {
  /** The task of a worker that is about to start; everything published so far is in it or is sent in `onServing`. */
  taskFor(shard: WorkerShard): ShardTask;
  onMessage(shard: WorkerShard, message: ToMain): void;
  onServing(shard: WorkerShard): void;
  /**
   * The thread is gone and its last words have been handled: its share of everything is to be given back. `error` is
   * null for a worker that was told to stop.
   */
  onEnd(shard: WorkerShard, error: Error | null): void;
}

export interface ShardPoolOptions {
  readonly count: number;
  /** At least `count`; the pool owns them from now on. */
  readonly threads: WorkerThreads;
  readonly clock: Clock;
}

/** A worker that is silent for longer than this gets no connections while others answer. */
const unresponsiveMs = 500;

/**
 * The worker threads. Each runs one task that lasts as long as it serves; a task that ends early is a death: its
 * connections are gone, what was on its way to it goes to others, and a new one starts. As soon as all of them serve,
 * one thread more waits with its modules loaded, so that a death costs no start-up.
 */
export class ShardPool {
  private readonly options: ShardPoolOptions;
  private readonly owner: ShardPoolOwner;
  private readonly threads: WorkerThreads;
  private readonly shards: (WorkerShard | null)[];
  private readonly backOffs: readonly RestartBackOff[];
  private readonly waiting: HandedConnection[];
  private turn: number;
  private isStopping: boolean;
  private readonly timers: Set<NodeJS.Timeout>;
  private keepsSpare: boolean;
  private onAllEnded: (() => void) | null;

  constructor(options: ShardPoolOptions, owner: ShardPoolOwner) {
    this.options = options;
    this.owner = owner;
    this.threads = options.threads;
    this.threads.on('error', (error: Error) => this.onSpareFailed(error));
    this.shards = new Array<WorkerShard | null>(options.count).fill(null);
    this.backOffs = Array.from({ length: options.count }, () => new RestartBackOff());
    this.waiting = [];
    this.turn = 0;
    this.isStopping = false;
    this.timers = new Set();
    this.keepsSpare = false;
    this.onAllEnded = null;
  }

  start(): void {
    for (let i = 0; i < this.options.count; i++) this.startShard(i);
  }

  /** From now on a spare thread waits; before, it would take time from the start of those that are needed. */
  keepSpare(): void {
    this.keepsSpare = true;
    this.addSpare();
  }

  /** How many workers there are to be. */
  get size(): number {
    return this.options.count;
  }

  get serving(): readonly WorkerShard[] {
    return this.shards.filter((shard): shard is WorkerShard => shard !== null && shard.state === 'serving');
  }

  /** Every worker that is not dead. */
  get living(): readonly WorkerShard[] {
    return this.shards.filter((shard): shard is WorkerShard => shard !== null);
  }

  broadcast(message: ToWorker): void {
    for (const shard of this.shards) shard?.send(message);
  }

  /** Gives a connection to the next worker in turn, or to the one with the fewest; keeps it while none serves. */
  handOff(connection: HandedConnection, toLeastLoaded: boolean): void {
    const { serving } = this;
    const answering = serving.filter((shard) => shard.silentMs < unresponsiveMs);
    const choices = answering.length > 0 ? answering : serving;
    if (choices.length === 0) {
      this.waiting.push(connection);
      return;
    }
    let chosen = choices[this.turn++ % choices.length] as WorkerShard;
    if (toLeastLoaded)
      for (const shard of choices) if (shard.connections < chosen.connections) chosen = shard;
    chosen.handOff(connection);
  }

  /** Connections open or on their way, over all workers. */
  get connections(): number {
    let sum = this.waiting.length;
    for (const shard of this.shards) sum += shard?.connections ?? 0;
    return sum;
  }

  /** The same of one listener. */
  connectionsOn(slot: number): number {
    let sum = 0;
    for (const connection of this.waiting) if (connection.slot === slot) sum++;
    for (const shard of this.shards) sum += shard?.connectionsOn(slot) ?? 0;
    return sum;
  }

  /** Every worker was told to drain, has said that it is done, and nothing was on its way to it then. */
  get isDrained(): boolean {
    return this.waiting.length === 0 && this.shards.every((shard) => shard?.isDrained === true);
  }

  /** Ends all workers: they close what is open and return; those that do not are ended. */
  async stop(graceMs: number): Promise<void> {
    if (this.isStopping) return;
    this.isStopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    const ended = new Promise<void>((resolve) => {
      this.onAllEnded = resolve;
    });
    for (const shard of this.shards) shard?.send({ kind: 'stop' });
    const limit = setTimeout(() => this.killAll(), graceMs);
    if (this.living.length > 0) await ended;
    clearTimeout(limit);
    await this.threads.destroy();
  }

  private killAll(): void {
    for (const shard of this.shards) shard?.kill();
  }

  private startShard(index: number): void {
    const shard = new WorkerShard(index, this.options.clock.now(), (it, message) =>
      this.onMessage(it, message),
    );
    this.shards[index] = shard;
    const input: ShardInput = { task: this.owner.taskFor(shard), port: shard.workerPort };
    const task = this.threads.run(input, { transferList: [shard.workerPort], signal: shard.signal });
    task.then(
      () => this.onTaskEnded(shard, this.isStopping ? null : new Error('the worker ended by itself')),
      (error: unknown) => this.onTaskEnded(shard, error instanceof Error ? error : new Error(String(error))),
    );
  }

  private onMessage(shard: WorkerShard, message: ToMain): void {
    if (message.kind === 'drained') shard.onDrained(message.adopted);
    if (message.kind !== 'ready') {
      this.owner.onMessage(shard, message);
      return;
    }
    if (shard.state !== 'starting') return;
    shard.state = 'serving';
    shard.startedMs = this.options.clock.now();
    this.owner.onServing(shard);
    for (const connection of this.waiting.splice(0)) this.handOff(connection, false);
    this.addSpare();
  }

  /** The pool makes a thread for a task that finds none free; this one ends at once and leaves its thread waiting. */
  private addSpare(): void {
    const isComplete = this.serving.length === this.options.count;
    if (!this.keepsSpare || this.isStopping || !isComplete) return;
    if (this.threads.threads.length > this.options.count) return;
    this.threads.run(null).catch(() => undefined);
  }

  private onTaskEnded(shard: WorkerShard, error: Error | null): void {
    const hasServed = shard.state === 'serving';
    shard.onTaskEnded();
    shard.gone.then(
      () => this.onGone(shard, error, hasServed),
      () => undefined,
    );
  }

  private onGone(shard: WorkerShard, error: Error | null, hasServed: boolean): void {
    const orphans = shard.bury();
    this.shards[shard.index] = null;
    this.owner.onEnd(shard, error);
    if (this.isStopping) {
      if (this.living.length === 0) this.onAllEnded?.();
      return;
    }
    for (const orphan of orphans) this.handOff(orphan, false);
    this.restart(shard, hasServed);
  }

  private restart(shard: WorkerShard, hasServed: boolean): void {
    const { index } = shard;
    const servedMs = hasServed ? this.options.clock.now() - shard.startedMs : 0;
    const delay = this.backOffs[index]?.afterDeath(servedMs) ?? 0;
    if (delay === 0) {
      this.startShard(index);
      return;
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isStopping) this.startShard(index);
    }, delay);
    this.timers.add(timer);
  }

  /**
   * A thread failed before it had a task, and the pool makes no new one by itself: a shard that waits for a thread
   * would wait for ever. It fails with the thread, and its restart asks for another.
   */
  private onSpareFailed(error: Error): void {
    for (const shard of this.shards) {
      if (shard?.state === 'starting') shard.kill(error);
    }
  }
}
