import type { HostRecord } from '../../api/messages-upstream.js';
import type { Address } from '../../api/stream-info.js';
import { type Host, HostHealth, HostWord, LoadWord } from '../../api/upstream.js';
import { LiveHost } from '../host.js';
import type { HostTable, LastLoad } from '../shared-words.js';
import type { SlotPlace } from './host-slots.js';

/** The cluster as its members see it. */
export interface MemberOwner {
  /** Milliseconds on the clock that threads share. */
  sharedNowMs(): number;
  /** Called after a member's health word changed. */
  onHealthChange(member: Member, before: number, after: number): void;
}

/** A host of a cluster as main, its owner, sees it. */
export class Member {
  private currentRecord: HostRecord;
  private currentAddress: Address;
  private readonly table: HostTable;
  private readonly index: number;
  private readonly owner: MemberOwner;

  constructor(record: HostRecord, address: Address, place: SlotPlace, health: number, owner: MemberOwner) {
    this.currentRecord = record;
    this.currentAddress = address;
    this.table = place.table;
    this.index = place.index;
    this.owner = owner;
    this.table.setHealth(this.index, health);
    this.table.setOwn(this.index, HostWord.servesSinceMs, owner.sharedNowMs());
  }

  get record(): HostRecord {
    return this.currentRecord;
  }

  get address(): Address {
    return this.currentAddress;
  }

  /** Discovery says other things of the same host; the slot stays. */
  describe(record: HostRecord, address: Address): void {
    this.currentRecord = record;
    this.currentAddress = address;
  }

  get slot(): number {
    return this.currentRecord.slot;
  }

  /** `HostHealth` bits. */
  get health(): number {
    return this.table.health(this.index);
  }

  has(bits: number): boolean {
    return (this.health & bits) !== 0;
  }

  /** Sets and clears bits in one step; tells the listener when that changed anything. */
  change(set: number, clear: number): void {
    const before = this.health;
    const after = (before & ~clear) | set;
    if (after === before) return;
    if ((before & HostHealth.failedActiveHc) !== 0 && (after & HostHealth.failedActiveHc) === 0) {
      this.table.setOwn(this.index, HostWord.servesSinceMs, this.owner.sharedNowMs());
    }
    this.table.setHealth(this.index, after);
    this.owner.onHealthChange(this, before, after);
  }

  /** As formats see hosts. */
  asHost(): Host {
    return new LiveHost(this.currentRecord, this.currentAddress, this.table, this.index, null);
  }

  lastLoad(expirationMs: number): LastLoad {
    return this.table.lastLoad(this.index, expirationMs);
  }

  /** What it weighs by its own reports from now on; answers whether that is new. */
  setLoadWeight(weight: number): boolean {
    if (this.weight === weight) return false;
    this.table.setOwn(this.index, LoadWord.weight, weight);
    return true;
  }

  /** As configured, unless its own reports say otherwise. */
  get weight(): number {
    return this.table.loadWeight(this.index) || this.currentRecord.weight;
  }

  /** Errors in a row are counted from none again. */
  forgetErrors(): void {
    this.table.endRuns(this.index);
  }

  get activeRequests(): number {
    return this.table.activeRequests(this.index);
  }

  /** A `HostWord`, summed over all threads. */
  total(word: number): number {
    return this.table.total(this.index, word);
  }
}
