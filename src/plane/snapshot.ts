import { decode, Encoder } from '@msgpack/msgpack';
import { compacted } from '../base/compacted.js';
import type { Plain } from '../base/plain.js';

/** Where one encoded resource lies. */
export type RecordRef = readonly [name: string, slab: number, offset: number, length: number];

/** Resources in shared memory, each encoded once and decoded where and when it is first used. */
export interface SnapshotRecords {
  readonly slabs: readonly SharedArrayBuffer[];
  readonly clusters: readonly RecordRef[];
  readonly listeners: readonly RecordRef[];
}

/** What every worker starts from. Crosses threads by structured clone; the slabs are shared, not copied. */
export interface Snapshot {
  readonly version: number;
  readonly records: SnapshotRecords;
}

const slabBytes = 1024 * 1024;

/** Writes records into shared slabs; a record never crosses two of them. */
export class SnapshotWriter {
  private readonly slabs: SharedArrayBuffer[];
  private readonly encoder: Encoder;
  private used: number;

  constructor() {
    this.slabs = [];
    this.encoder = new Encoder({ ignoreUndefined: true });
    this.used = slabBytes;
  }

  write(name: string, value: Plain): RecordRef {
    const bytes = this.encoder.encodeSharedRef(value);
    if (this.used + bytes.length > slabBytes || this.slabs.length === 0) {
      this.slabs.push(new SharedArrayBuffer(Math.max(slabBytes, bytes.length)));
      this.used = 0;
    }
    const slab = this.slabs.length - 1;
    const offset = this.used;
    new Uint8Array(this.slabs[slab] as SharedArrayBuffer, offset, bytes.length).set(bytes);
    this.used += bytes.length;
    return [name, slab, offset, bytes.length];
  }

  finish(clusters: readonly RecordRef[], listeners: readonly RecordRef[]): SnapshotRecords {
    return { slabs: this.slabs, clusters, listeners };
  }
}

/** Decodes one record. The caller names the type it was written from; both sides are of one build. */
export function readRecord<T extends Plain>(records: SnapshotRecords, ref: RecordRef): T {
  const [, slab, offset, length] = ref;
  const shared = new Uint8Array(records.slabs[slab] as SharedArrayBuffer, offset, length);
  return compacted(decode(Uint8Array.from(shared))) as T;
}
