import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { ShardTask, ToMain, ToWorker } from '../api/messages.js';
import type { Clock } from '../base/clock.js';
import { type HandedConnection, type ShardInput, WorkerShard } from './shard.js';

/** What the pool asks of the server. */
export interface ShardPoolOwner {
  /** The task of a worker that is about to start; everything published so far is in it or is sent in `onServing`. */
  taskFor(shard: WorkerShard): ShardTask;
  onMessage(shard: WorkerShard, message: ToMain): void;
  onServing(shard: WorkerShard): void;
  /** The worker is dead and its last words have been handled; its share of everything is to be given back. */
  onDeath(shard: WorkerShard, error: Error): void;
}

export interface ShardPoolOptions {
  readonly count: number;
  readonly clock: Clock;
  readonly missMs: number;
  readonly megaMissMs: number;
  readonly killMs: number;
}

/** Restarts of a worker that keeps dying right after its start: 10 ms, doubling to 2 s. */
const restartBaseMs = 10;
const restartMaxMs = 2000;
/** A worker that has served this long has recovered. */
const healthyMs = 5000;

/**
 * The worker threads. Each runs one task that lasts as long as it serves; a task that ends early is a death: its
 * connections are gone, what was on its way to it goes to others, and a new one starts.
 */
export class ShardPool {
  private readonly options: ShardPoolOptions;
  private readonly owner: ShardPoolOwner;
  private readonly threads: Piscina;
  private readonly shards: (WorkerShard | null)[];
  private readonly failures: number[];
  private readonly waiting: HandedConnection[];
  private turn: number;
  private isStopping: boolean;
  private readonly timers: Set<NodeJS.Timeout>;
  watchdogMisses: number;
  watchdogMegaMisses: number;

  constructor(options: ShardPoolOptions, owner: ShardPoolOwner) {
    this.options = options;
    this.owner = owner;
    this.threads = new Piscina({
      filename: fileURLToPath(new URL('../../workers/proxy.js', import.meta.url)),
      minThreads: options.count,
      maxThreads: options.count,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
      maxQueue: options.count * 2,
    });
    this.threads.on('error', () => {
      // A thread without a task failed; its replacement is the pool's business.
    });
    this.shards = new Array<WorkerShard | null>(options.count).fill(null);
    this.failures = new Array<number>(options.count).fill(0);
    this.waiting = [];
    this.turn = 0;
    this.isStopping = false;
    this.timers = new Set();
    this.watchdogMisses = 0;
    this.watchdogMegaMisses = 0;
  }

  start(): void {
    for (let i = 0; i < this.options.count; i++) this.startShard(i);
  }

  get serving(): readonly WorkerShard[] {
    return this.shards.filter((shard): shard is WorkerShard => shard !== null && shard.state === 'serving');
  }

  broadcast(message: ToWorker): void {
    for (const shard of this.shards) shard?.send(message);
  }

  /** Gives a connection to the next worker in turn, or to the one with the fewest; keeps it while none serves. */
  handOff(connection: HandedConnection, toLeastLoaded: boolean): void {
    const serving = this.serving;
    if (serving.length === 0) {
      this.waiting.push(connection);
      return;
    }
    let chosen = serving[this.turn++ % serving.length] as WorkerShard;
    if (toLeastLoaded) for (const shard of serving) if (shard.connections < chosen.connections) chosen = shard;
    chosen.handOff(connection);
  }

  /** Connections open or on their way, over all workers. */
  get connections(): number {
    let sum = this.waiting.length;
    for (const shard of this.shards) sum += shard?.connections ?? 0;
    return sum;
  }

  /** Called by the server's tick: silent workers are counted, and ended when they are silent for too long. */
  watch(): void {
    const { missMs, megaMissMs, killMs, clock } = this.options;
    for (const shard of this.serving) {
      const silent = shard.silentMs(clock.now());
      if (silent > missMs) this.watchdogMisses++;
      if (silent > megaMissMs) this.watchdogMegaMisses++;
      if (killMs > 0 && silent > killMs) shard.kill();
    }
  }

  /** Ends all workers: they close what is open and return; those that do not are ended. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const shard of this.shards) {
      if (shard === null) continue;
      shard.send({ kind: 'stop' });
      shard.state = shard.state === 'dead' ? 'dead' : 'stopping';
    }
    const deadline = this.options.clock.now() + graceMs;
    while (this.shards.some((shard) => shard !== null) && this.options.clock.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.threads.destroy();
  }

  private startShard(index: number): void {
    const { clock } = this.options;
    const shard = new WorkerShard(index, clock.now(), (it, message) => this.onMessage(it, message));
    this.shards[index] = shard;
    const input: ShardInput = { task: this.owner.taskFor(shard), port: shard.workerPort };
    this.threads
      .run(input, { transferList: [shard.workerPort], signal: shard.signal })
      .then(
        () => this.onEnd(shard, null),
        (error: unknown) => this.onEnd(shard, error instanceof Error ? error : new Error(String(error))),
      );
  }

  private onMessage(shard: WorkerShard, message: ToMain): void {
    if (message.kind !== 'ready') {
      this.owner.onMessage(shard, message);
      return;
    }
    shard.state = 'serving';
    this.owner.onServing(shard);
    for (const connection of this.waiting.splice(0)) this.handOff(connection, false);
  }

  private onEnd(shard: WorkerShard, error: Error | null): void {
    const { index } = shard;
    const wasStopping = this.isStopping;
    const orphans = shard.bury((it, message) => this.owner.onMessage(it, message));
    this.shards[index] = null;
    this.owner.onDeath(shard, error ?? new Error('the worker ended by itself'));
    if (wasStopping) return;
    for (const orphan of orphans) this.handOff(orphan, false);
    this.restart(shard);
  }

  private restart(shard: WorkerShard): void {
    const { index } = shard;
    const lived = this.options.clock.now() - shard.startedMs;
    const failures = lived > healthyMs ? 0 : (this.failures[index] as number);
    this.failures[index] = failures + 1;
    if (failures === 0) {
      this.startShard(index);
      return;
    }
    const delay = Math.min(restartBaseMs * 2 ** (failures - 1), restartMaxMs);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isStopping) this.startShard(index);
    }, delay);
    this.timers.add(timer);
  }
}
