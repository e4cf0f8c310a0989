import { entryOverhead } from './dynamic-table.js';
import { staticNameIndex } from './static-table.js';

/** How a field of some name is written when it is in no table. */
export const IndexPolicy = {
  /** Enters the table when its value repeats. */
  repeats: 0,
  /** Never enters a table, here or at later hops: guessing it from sizes must not pay (RFC 7541 section 7.1.3). */
  never: 1,
  /** Short ones can be guessed, long ones hardly. */
  cookie: 2,
  /** New every time. */
  unique: 3,
} as const;
export type IndexPolicy = (typeof IndexPolicy)[keyof typeof IndexPolicy];

const policies: { readonly [name: string]: IndexPolicy } = {
  authorization: IndexPolicy.never,
  'proxy-authorization': IndexPolicy.never,
  cookie: IndexPolicy.cookie,
  'set-cookie': IndexPolicy.unique,
  'x-request-id': IndexPolicy.unique,
};

/** What one connection remembers of a name. */
export class EncodedName {
  readonly text: string;
  readonly staticIndex: number;
  readonly policy: IndexPolicy;
  /** Fingerprints of the last two values that were not in the table. */
  last: number;
  previous: number;
  newest: EncoderEntry | null;

  constructor(text: string) {
    this.text = text;
    this.staticIndex = staticNameIndex.get(text) ?? 0;
    this.policy = policies[text] ?? IndexPolicy.repeats;
    this.last = -1;
    this.previous = -1;
    this.newest = null;
  }
}

/** An entry of the encoder's table; entries of one name are linked, newest first. */
export class EncoderEntry {
  readonly name: EncodedName;
  readonly value: string;
  readonly sequence: number;
  newer: EncoderEntry | null;
  older: EncoderEntry | null;

  constructor(name: EncodedName, value: string, sequence: number) {
    this.name = name;
    this.value = value;
    this.sequence = sequence;
    this.newer = null;
    this.older = name.newest;
    if (this.older !== null) this.older.newer = this;
    name.newest = this;
  }

  get size(): number {
    return this.name.text.length + this.value.length + entryOverhead;
  }
}

/** The encoder's mirror of the peer's dynamic table. Entries leave in the order they came. */
export class EncoderTable {
  private entries: EncoderEntry[];
  /** Entries of the list before this one have left. */
  private first: number;
  private bytes: number;
  private inserted: number;
  capacityBytes: number;

  constructor(capacityBytes: number) {
    this.entries = [];
    this.first = 0;
    this.bytes = 0;
    this.inserted = 0;
    this.capacityBytes = capacityBytes;
  }

  /** HPACK index of a live entry, counted from 0 for the newest. */
  indexOf(entry: EncoderEntry): number {
    return this.inserted - entry.sequence - 1;
  }

  resize(capacityBytes: number): void {
    this.capacityBytes = capacityBytes;
    this.evictTo(capacityBytes);
  }

  add(name: EncodedName, value: string): void {
    const size = name.text.length + value.length + entryOverhead;
    this.evictTo(this.capacityBytes - size);
    if (size > this.capacityBytes) return;
    this.entries.push(new EncoderEntry(name, value, this.inserted++));
    this.bytes += size;
  }

  private evictTo(limit: number): void {
    while (this.bytes > limit && this.first < this.entries.length) {
      const entry = this.entries[this.first++] as EncoderEntry;
      this.bytes -= entry.size;
      if (entry.newer === null) entry.name.newest = null;
      else entry.newer.older = null;
    }
    if (this.first >= 64 && this.first * 2 >= this.entries.length) {
      this.entries = this.entries.slice(this.first);
      this.first = 0;
    }
  }
}
