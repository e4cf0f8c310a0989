import type { FieldName } from './field-name.js';

/** Bytes that RFC 7541 section 4.1 adds to each entry. */
export const entryOverhead = 32;

/** The decoder's dynamic table: a ring, newest entry first. */
export class DynamicTable {
  private names: (FieldName | undefined)[];
  private values: string[];
  private newest: number;
  private mask: number;
  count: number;
  private bytes: number;
  private capacity: number;

  constructor(capacity: number) {
    this.names = new Array<FieldName | undefined>(16).fill(undefined);
    this.values = new Array<string>(16).fill('');
    this.newest = 0;
    this.mask = 15;
    this.count = 0;
    this.bytes = 0;
    this.capacity = capacity;
  }

  get capacityBytes(): number {
    return this.capacity;
  }

  /** `index` counts from 0, the newest; the caller has checked it against `count`. */
  nameAt(index: number): FieldName {
    return this.names[(this.newest + index) & this.mask] as FieldName;
  }

  valueAt(index: number): string {
    return this.values[(this.newest + index) & this.mask] as string;
  }

  resize(capacity: number): void {
    this.capacity = capacity;
    this.evictTo(capacity);
  }

  /** An entry larger than the table empties it (RFC 7541 section 4.4). */
  add(name: FieldName, value: string): void {
    const size = name.text.length + value.length + entryOverhead;
    if (size > this.capacity) {
      this.evictTo(0);
      return;
    }
    this.evictTo(this.capacity - size);
    if (this.count > this.mask) this.grow();
    this.newest = (this.newest - 1) & this.mask;
    this.names[this.newest] = name;
    this.values[this.newest] = value;
    this.count++;
    this.bytes += size;
  }

  private evictTo(limit: number): void {
    while (this.bytes > limit) {
      const at = (this.newest + --this.count) & this.mask;
      const name = this.names[at] as FieldName;
      this.bytes -= name.text.length + (this.values[at] as string).length + entryOverhead;
      this.names[at] = undefined;
      this.values[at] = '';
    }
  }

  private grow(): void {
    const length = (this.mask + 1) * 2;
    const names = new Array<FieldName | undefined>(length).fill(undefined);
    const values = new Array<string>(length).fill('');
    for (let i = 0; i < this.count; i++) {
      names[i] = this.nameAt(i);
      values[i] = this.valueAt(i);
    }
    this.names = names;
    this.values = values;
    this.newest = 0;
    this.mask = length - 1;
  }
}
