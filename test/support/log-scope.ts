import type { BoundStats, StatScope } from '../../src/api/stats.js';
import type { ThreadScope } from '../../src/api/thread-scope.js';
import { SeededRandom } from '../../src/base/random.js';
import { type Alarm, TimerWheel } from '../../src/base/timer-wheel.js';
import { type TestExtensions, testRegistry } from './config-text.js';
import { runtimeOf } from './route-table.js';

/** A clock and alarm that move only when told to. */
export class ManualTime implements Alarm {
  private nowMs = 0;
  private dueMs = Number.POSITIVE_INFINITY;
  private wake: () => void = () => {};
  readonly clock = { now: () => this.nowMs, wallMs: () => this.nowMs, originMs: 0 };

  set(delayMs: number, wake: () => void): void {
    this.dueMs = this.nowMs + delayMs;
    this.wake = wake;
  }

  clear(): void {
    this.dueMs = Number.POSITIVE_INFINITY;
  }

  advance(ms: number): void {
    const end = this.nowMs + ms;
    while (this.dueMs <= end) {
      this.nowMs = this.dueMs;
      this.dueMs = Number.POSITIVE_INFINITY;
      this.wake();
    }
    this.nowMs = end;
  }
}

/** Stats by full name, and the slots of the blocks that were bound. */
class CountingStats implements StatScope {
  readonly values = new Map<string, number>();

  bind(
    prefix: string,
    block: {
      readonly def: {
        readonly counters: readonly string[];
        readonly gauges: readonly string[];
        readonly histograms: readonly string[];
      };
    },
  ): BoundStats {
    const names = [...block.def.counters, ...block.def.gauges, ...block.def.histograms];
    const change = (slot: number, change: (old: number) => number): void => {
      const name = `${prefix}.${names[slot]}`;
      this.values.set(name, change(this.values.get(name) ?? 0));
    };
    return {
      prefix,
      inc: (slot) => change(slot, (old) => old + 1),
      add: (slot, n) => change(slot, (old) => old + n),
      set: (slot, n) => change(slot, () => n),
      record: () => {},
      value: (slot) => this.values.get(`${prefix}.${names[slot]}`) ?? 0,
    };
  }

  counter(name: string) {
    const add = (n: number): void => {
      this.values.set(name, (this.values.get(name) ?? 0) + n);
    };
    return { name, inc: () => add(1), add };
  }

  histogram(name: string) {
    return { name, record: () => {} };
  }
}

/** The parts of a thread that loggers and log filters use; asking for another part is a mistake of the test. */
export function logScope(
  values: { readonly [key: string]: string | number } = {},
  extensions: TestExtensions = {},
) {
  const time = new ManualTime();
  const stats = new CountingStats();
  const warnings: string[] = [];
  const lines: string[] = [];
  const drain = { isHealthCheckFailed: false, isDraining: false, shouldClose: () => drain.isDraining };
  const quiet = (): void => {};
  const parts: Partial<ThreadScope> = {
    role: 'worker',
    threadIndex: 1,
    clock: time.clock,
    random: new SeededRandom(1),
    timers: new TimerWheel(time.clock, time),
    stats,
    runtime: runtimeOf(values),
    log: { trace: quiet, debug: quiet, info: quiet, warn: (text) => warnings.push(text), error: quiet },
    clusters: { get: () => null },
    node: { id: 'node-1', cluster: 'cluster-1', zone: '', localAddress: '192.0.2.1', metadata: null },
    extensions: testRegistry(extensions),
    drain,
    logFile: () => ({ write: (text) => lines.push(text) }),
  };
  return { scope: parts as ThreadScope, time, stats: stats.values, warnings, lines, drain };
}
