import {
  Overload,
  type OverloadView,
  overloadActions,
  type ScaledTimer,
  type TimerScale,
} from '../api/overload.js';
import type { SharedMemory } from '../api/thread-scope.js';
import type { Random } from '../base/random.js';

/** A byte for each action and point, and some to spare. */
const overloadBytes = 16;

/** The levels that main writes, in the memory that all threads share. */
export function sharedLevels(shared: SharedMemory): Uint8Array {
  return shared.bytes('overload levels', overloadBytes);
}

/** The levels of one thread's view: a byte of percents for each action, in the order of `overloadActions`. */
export class OverloadLevels implements OverloadView {
  private readonly levels: Uint8Array;
  private readonly scales: readonly TimerScale[];
  private readonly random: Random;

  constructor(levels: Uint8Array, scales: readonly TimerScale[], random: Random) {
    if (levels.length < overloadActions.length) throw new Error('too few bytes for the levels of overload');
    this.levels = levels;
    this.scales = scales;
    this.random = random;
  }

  applies(action: number): boolean {
    const level = this.levels[action] ?? 0;
    return level !== 0 && (level >= 100 || this.random.below(100) < level);
  }

  isFull(action: number): boolean {
    return this.levels[action] === 100;
  }

  timeoutMs(timer: ScaledTimer, ms: number): number {
    const level = this.levels[Overload.reduceTimeouts] ?? 0;
    const scale = level === 0 ? undefined : this.scaleOf(timer);
    if (scale === undefined) return ms;
    const least = Math.min(ms, scale.minMs >= 0 ? scale.minMs : ms * scale.minShare);
    return least + ((ms - least) * (100 - level)) / 100;
  }

  isScaled(timer: ScaledTimer): boolean {
    return this.scaleOf(timer) !== undefined;
  }

  private scaleOf(timer: ScaledTimer): TimerScale | undefined {
    return this.scales.find((scale) => scale.timer === timer);
  }
}
