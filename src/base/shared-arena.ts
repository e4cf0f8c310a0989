import type { SharedSlots } from './shared-slots.js';

/** Word of a region's row: 0 nobody has asked yet, -1 somebody is taking it, else its offset + 1. */
const taking = -1n;
const none = -2n;

/**
 * Larger pieces of shared memory by name, zero at first, which every thread finds without asking anybody. Their places
 * stand in rows of the slots; they live as long as the arena, and pages that nobody writes cost nothing.
 */
export class SharedArena {
  private readonly slots: SharedSlots;
  private readonly buffer: SharedArrayBuffer;
  private readonly start: number;

  /** The arena is what lies in `buffer` from `start` on. */
  constructor(slots: SharedSlots, buffer: SharedArrayBuffer, start: number) {
    this.slots = slots;
    this.buffer = buffer;
    this.start = start;
  }

  /** The `length` bytes under that name; null when the arena is full. */
  find(name: string, length: number): Uint8Array | null {
    const row = this.slots.find(`arena ${name}`);
    const taken = this.slots.find('arena');
    if (row === null || taken === null) return null;
    if (Atomics.compareExchange(row, 0, 0n, taking) === 0n) {
      const offset = Number(Atomics.add(taken, 0, BigInt(length)));
      const fits = this.start + offset + length <= this.buffer.byteLength;
      Atomics.store(row, 0, fits ? BigInt(offset + 1) : none);
      Atomics.notify(row, 0);
    } else {
      Atomics.wait(row, 0, taking, 1000);
    }
    const place = Atomics.load(row, 0);
    return place > 0n ? new Uint8Array(this.buffer, this.start + Number(place) - 1, length) : null;
  }
}
