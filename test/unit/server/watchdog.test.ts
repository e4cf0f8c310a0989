import { deepEqual, equal, match } from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ControlWord } from '../../../src/api/messages.js';
import type { Logger } from '../../../src/api/thread-scope.js';
import { WorkerShard } from '../../../src/server/shard.js';
import { Watchdog } from '../../../src/server/watchdog.js';
import { StatStore } from '../../../src/stats/store.js';

const config = { missMs: 200, megaMissMs: 1000, killMs: 3000 };
const stepMs = 100;

/** Time that a test moves on by hand. */
class HandClock {
  ms = 1000;
  readonly originMs = 0;
  readonly now = (): number => this.ms;
  readonly wallMs = (): number => this.ms;
}

function silentLog(lines: string[]): Logger {
  const keep = (text: string): void => void lines.push(text);
  return { trace: keep, debug: keep, info: keep, warn: keep, error: keep };
}

const open: WorkerShard[] = [];
afterEach(() => {
  for (const shard of open.splice(0)) shard.onTaskEnded();
});

/** A watchdog over one serving worker, whose heart beats when the test says so. */
class Scene {
  readonly clock = new HandClock();
  readonly store = new StatStore();
  readonly lines: string[] = [];
  readonly shard = new WorkerShard(0, 1000, () => undefined);
  private readonly watchdog = new Watchdog(config, 1, this.store, this.clock, silentLog(this.lines));

  constructor() {
    open.push(this.shard);
    this.shard.state = 'serving';
  }

  look(times: number, elapsedMs = stepMs): void {
    for (let i = 0; i < times; i++) {
      this.clock.ms += elapsedMs;
      this.watchdog.look([this.shard], stepMs);
    }
  }

  beat(): void {
    Atomics.add(new Int32Array(this.shard.control), ControlWord.heartbeat, 1);
  }

  misses(scope: string): readonly [number, number] {
    return [this.store.value(`${scope}.watchdog_miss`), this.store.value(`${scope}.watchdog_mega_miss`)];
  }
}

test('one silence is one miss and one mega miss, under every name of the thread', () => {
  const scene = new Scene();
  scene.look(2);
  deepEqual(scene.misses('workers'), [0, 0]);
  scene.look(1);
  deepEqual(scene.misses('workers'), [1, 0]);
  scene.look(20);
  deepEqual(scene.misses('workers'), [1, 1]);
  deepEqual(scene.misses('server.worker_0'), [1, 1]);
  scene.beat();
  scene.look(4);
  deepEqual(scene.misses('workers'), [2, 1]);
});

test('a worker that stays silent is ended, once', () => {
  const scene = new Scene();
  scene.look(30);
  equal(scene.shard.signal.aborted, false);
  scene.look(5);
  equal(scene.shard.signal.aborted, true);
  equal(scene.lines.length, 1);
  match(scene.lines[0] ?? '', /worker 0 is ended: its event loop has been stuck for 3100 ms/);
});

test('when main itself was held up, that is its own miss, and no worker pays for it', () => {
  const scene = new Scene();
  scene.look(1, 60_000);
  equal(scene.shard.signal.aborted, false);
  deepEqual(scene.misses('main_thread'), [1, 1]);
  deepEqual(scene.misses('server.main_thread'), [1, 1]);
});
