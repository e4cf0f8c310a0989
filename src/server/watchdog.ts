import { type BoundStats, statBlock } from '../api/stats.js';
import type { Logger } from '../api/thread-scope.js';
import type { Clock } from '../base/clock.js';
import type { WatchdogConfig } from '../config/bootstrap.js';
import type { StatStore } from '../stats/store.js';
import type { WorkerShard } from './shard.js';

/** Silences of an event loop: one miss and one mega miss each at most, as Envoy's guard dog counts. */
export const W = statBlock({ counters: ['watchdog_mega_miss', 'watchdog_miss'] });

/** A wedged worker is ended after this when the bootstrap names no kill timeout: its connections are lost either way. */
const defaultKillMs = 20_000;
/** A worker that has not come up by then never will: an import of a user's module waits or loops. */
const startLimitMs = 60_000;
/**
 * A look that comes late counts for this at most: when main was held up itself, or the whole process was stopped, the
 * silence of workers says nothing.
 */
const longestStepMs = 250;

/** Watches the heartbeats of the workers, counts their silences, and ends those that are silent for too long. */
export class Watchdog {
  private readonly config: WatchdogConfig;
  private readonly killMs: number;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly main: readonly BoundStats[];
  private readonly workers: readonly (readonly BoundStats[])[];
  private lookedMs: number;

  constructor(config: WatchdogConfig, count: number, store: StatStore, clock: Clock, log: Logger) {
    this.config = config;
    this.killMs = config.killMs === 0 ? defaultKillMs : config.killMs;
    this.clock = clock;
    this.log = log;
    const bind = (prefix: string): BoundStats => {
      store.declare(prefix, W);
      return store.lane.bind(prefix, W);
    };
    this.main = [bind('main_thread'), bind('server.main_thread')];
    const all = bind('workers');
    this.workers = Array.from({ length: count }, (_, i) => [all, bind(`server.worker_${i}`)]);
    this.lookedMs = clock.now();
  }

  /** Call regularly; `stepMs` is when the next call was due. */
  look(shards: readonly WorkerShard[], stepMs: number): void {
    const now = this.clock.now();
    const elapsed = now - this.lookedMs;
    this.lookedMs = now;
    if (elapsed - stepMs > this.config.missMs) count(this.main, W.watchdog_miss);
    if (elapsed - stepMs > this.config.megaMissMs) count(this.main, W.watchdog_mega_miss);
    for (const shard of shards) this.lookAt(shard, Math.min(elapsed, longestStepMs), now);
  }

  private lookAt(shard: WorkerShard, elapsedMs: number, now: number): void {
    if (shard.state === 'starting') {
      if (now - shard.startedMs > startLimitMs)
        this.end(shard, `it has not come up within ${startLimitMs} ms`);
      return;
    }
    if (shard.state !== 'serving') return;
    shard.listen(elapsedMs);
    const silent = shard.silentMs;
    const stats = this.workers[shard.index] ?? [];
    if (silent > this.config.missMs && !shard.hasMissed) {
      shard.hasMissed = true;
      count(stats, W.watchdog_miss);
    }
    if (silent > this.config.megaMissMs && !shard.hasMegaMissed) {
      shard.hasMegaMissed = true;
      count(stats, W.watchdog_mega_miss);
    }
    if (silent > this.killMs) this.end(shard, `its event loop has been stuck for ${Math.round(silent)} ms`);
  }

  private end(shard: WorkerShard, why: string): void {
    if (shard.signal.aborted) return;
    this.log.error(`worker ${shard.index} is ended: ${why}`);
    shard.kill(new Error(why));
  }
}

function count(stats: readonly BoundStats[], slot: number): void {
  for (const bound of stats) bound.inc(slot);
}
