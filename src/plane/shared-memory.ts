import type { Logger, SharedMemory } from '../api/thread-scope.js';
import type { Clock } from '../base/clock.js';
import { SharedSlots } from '../base/shared-slots.js';

/** Rows for everything that threads share by name; 64 bytes each. */
const sharedRows = 8192;

export function allocateSharedMemory(): SharedArrayBuffer {
  return SharedSlots.allocate(sharedRows);
}

/** One thread's view of what main allocated before any worker started. */
export class ThreadSharedMemory implements SharedMemory {
  private readonly slots: SharedSlots;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly offsetMs: number;

  constructor(buffer: SharedArrayBuffer, clock: Clock, log: Logger) {
    this.slots = new SharedSlots(buffer);
    this.clock = clock;
    this.log = log;
    // Each thread's own clock begins with the thread; the system's monotonic one is the same for all.
    this.offsetMs = Number(process.hrtime.bigint()) / 1e6 - clock.now();
  }

  words(name: string): BigInt64Array {
    const found = this.slots.find(name);
    if (found !== null) return found;
    this.log.warn(`no shared memory is left for ${name}: each worker keeps its own`);
    return new BigInt64Array(new SharedArrayBuffer(7 * 8));
  }

  nowMs(): number {
    return this.clock.now() + this.offsetMs;
  }
}
