import type { HostTableRef } from '../../api/messages-upstream.js';
import { HostHealth, HostWord, hostWords } from '../../api/upstream.js';
import { HostTable } from '../shared-words.js';

const mainThread = 0;
/** Words that say what a thread holds now; they end with the thread. The others are totals. */
const heldWords: readonly number[] = [HostWord.cxActive, HostWord.rqActive, HostWord.rqPendingActive];

interface SlotTable extends HostTableRef {
  readonly table: HostTable;
}

/** Where the words of one slot are. */
export interface SlotPlace {
  readonly table: HostTable;
  readonly index: number;
}

/**
 * Gives the hosts of one cluster their places in shared memory. A slot that a host has left is given to another one
 * only when every worker has acknowledged an update without the old host and nobody holds a connection or request of
 * it any more:
 *
 *   free ──take──▶ used ──release──▶ retired ──acknowledged and idle──▶ free
 */
export class HostSlots {
  private readonly threads: number;
  private readonly words: number;
  private readonly tables: SlotTable[];
  private readonly free: number[];
  private retired: { readonly slot: number; readonly version: number }[];
  private capacity: number;

  /** `words` of each host in each thread. */
  constructor(threads: number, words = hostWords) {
    this.threads = threads;
    this.words = words;
    this.tables = [];
    this.free = [];
    this.retired = [];
    this.capacity = 0;
  }

  get refs(): readonly HostTableRef[] {
    return this.tables.map(({ buffer, capacity, firstSlot }) => ({ buffer, capacity, firstSlot }));
  }

  /** Makes room for so many more hosts. `acknowledged` is the version that every worker has in force. */
  reserve(count: number, acknowledged: number): void {
    if (this.free.length < count) this.recover(acknowledged);
    if (this.free.length < count) this.grow(count - this.free.length);
  }

  /** A slot with all of its words 0; there must be room. */
  take(): number {
    const slot = this.free.pop();
    if (slot === undefined) throw new RangeError('no host slot was reserved');
    return slot;
  }

  /** The host is not in update `version` any more. */
  release(slot: number, version: number): void {
    const { table, index } = this.place(slot);
    table.setHealth(index, table.health(index) | HostHealth.removed);
    this.retired.push({ slot, version });
  }

  place(slot: number): SlotPlace {
    for (const { table, firstSlot, capacity } of this.tables) {
      if (slot < firstSlot + capacity) return { table, index: slot - firstSlot };
    }
    throw new RangeError(`no host slot ${slot}`);
  }

  /** That worker is dead: gives back what it held. */
  reclaim(thread: number): void {
    for (const { table } of this.tables) table.reclaim(thread, heldWords);
  }

  private recover(acknowledged: number): void {
    this.retired = this.retired.filter(({ slot, version }) => {
      const { table, index } = this.place(slot);
      if (version > acknowledged || !isIdle(table, index)) return true;
      table.clear(index);
      this.free.push(slot);
      return false;
    });
  }

  /** A first table fits exactly, since most clusters never change; later ones double what there is. */
  private grow(missing: number): void {
    const capacity = Math.max(missing, this.capacity);
    const buffer = HostTable.allocate(capacity, this.threads, this.words);
    const firstSlot = this.capacity;
    const table = new HostTable(buffer, capacity, this.threads, mainThread);
    this.tables.push({ buffer, capacity, firstSlot, table });
    this.capacity += capacity;
    for (let slot = this.capacity - 1; slot >= firstSlot; slot--) this.free.push(slot);
  }
}

function isIdle(table: HostTable, index: number): boolean {
  return (
    table.activeRequests(index) === 0 &&
    table.total(index, HostWord.cxActive) === 0 &&
    table.total(index, HostWord.rqPendingActive) === 0
  );
}
