import type { Logger, SharedMemory } from '../api/thread-scope.js';
import type { Clock } from '../base/clock.js';
import { SharedArena } from '../base/shared-arena.js';
import { SharedSlots } from '../base/shared-slots.js';

/** Rows for everything that threads share by name; 64 bytes each. */
const sharedRows = 8192;
const rowsBytes = sharedRows * 64;
/** Behind the rows. The system gives pages when they are first written. */
const arenaBytes = 8 * 1024 * 1024;

export function allocateSharedMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(rowsBytes + arenaBytes);
}

/** One thread's view of what main allocated before any worker started. */
export class ThreadSharedMemory implements SharedMemory {
  private readonly slots: SharedSlots;
  private readonly arena: SharedArena;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly offsetMs: number;

  constructor(buffer: SharedArrayBuffer, clock: Clock, log: Logger) {
    this.slots = new SharedSlots(buffer, sharedRows);
    this.arena = new SharedArena(this.slots, buffer, rowsBytes);
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

  bytes(name: string, length: number): Uint8Array {
    const found = this.arena.find(name, length);
    if (found !== null) return found;
    this.log.warn(`no shared memory is left for ${name}: each worker keeps its own`);
    return new Uint8Array(new SharedArrayBuffer(length));
  }

  nowMs(): number {
    return this.clock.now() + this.offsetMs;
  }
}
