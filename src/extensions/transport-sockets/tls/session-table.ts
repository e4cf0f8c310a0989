import { createHash } from 'node:crypto';
import type { SharedMemory, ThreadScope } from '../../../api/thread-scope.js';
import type { Clock } from '../../../base/clock.js';
import type { SessionShelf } from './server-socket.js';

/** Sessions that are kept by id: so many for the whole process. */
const slots = 4096;
/** A session id may lie in any slot of one set; the one that ends soonest makes room. */
const ways = 4;
/** What a session with a client's certificate fits into. */
const slotBytes = 2048;

const digestBytes = 16;
const keyAt = digestBytes;
const endAt = keyAt + digestBytes;
const lengthAt = endAt + 4;
const valueAt = lengthAt + 2;

/**
 * TLS sessions up to version 1.2 of clients that know no tickets, in memory that every worker reads: whichever of them
 * a client comes back to finds its session. Nobody locks anything. A slot bears a digest of all that is in it; one that
 * two threads write at once, or that is being written, is no session.
 *
 *   slot   0 digest of the rest · 16 key · 32 second in which it ends · 36 length · 38 session
 */
export class SessionTable {
  private readonly bytes: Buffer;

  constructor(shared: SharedMemory) {
    const found = shared.bytes('tls.sessions', slots * slotBytes);
    this.bytes = Buffer.from(found.buffer, found.byteOffset, found.byteLength);
  }

  /** `place` keeps sessions of other chains apart. One that is too long is not kept. */
  put(place: string, id: Buffer, session: Buffer, nowS: number, endS: number): void {
    const used = valueAt + session.length;
    if (used > slotBytes) return;
    const key = keyOf(place, id);
    const record = Buffer.alloc(used);
    key.copy(record, keyAt);
    record.writeUInt32LE(endS >>> 0, endAt);
    record.writeUInt16LE(session.length, lengthAt);
    session.copy(record, valueAt);
    digestOf(record).copy(record);
    record.copy(this.bytes, this.slotToFill(key, nowS));
  }

  get(place: string, id: Buffer, nowS: number): Buffer | null {
    const key = keyOf(place, id);
    for (const at of this.setOf(key)) {
      if (this.bytes.compare(key, 0, digestBytes, at + keyAt, at + endAt) !== 0) continue;
      const length = Math.min(this.bytes.readUInt16LE(at + lengthAt), slotBytes - valueAt);
      const record = Buffer.alloc(valueAt + length);
      this.bytes.copy(record, 0, at, at + record.length);
      if (record.readUInt32LE(endAt) <= nowS || record.readUInt16LE(lengthAt) !== length) continue;
      if (digestOf(record).compare(record, 0, digestBytes) === 0) return record.subarray(valueAt);
    }
    return null;
  }

  private slotToFill(key: Buffer, nowS: number): number {
    let soonest = -1;
    let soonestS = Number.POSITIVE_INFINITY;
    for (const at of this.setOf(key)) {
      const endS = this.bytes.readUInt32LE(at + endAt);
      if (endS <= nowS) return at;
      if (endS < soonestS) {
        soonest = at;
        soonestS = endS;
      }
    }
    return soonest;
  }

  private setOf(key: Buffer): readonly number[] {
    const first = (key.readUInt32LE(0) % (slots / ways)) * ways;
    return Array.from({ length: ways }, (_, i) => (first + i) * slotBytes);
  }
}

/** The sessions of one chain. The table is looked for when the first client needs it. */
export class ChainSessions implements SessionShelf {
  private readonly shared: SharedMemory;
  private readonly clock: Clock;
  private readonly place: string;
  private readonly timeoutS: number;
  private table: SessionTable | null;

  constructor({ shared, clock }: ThreadScope, place: string, timeoutS: number) {
    this.shared = shared;
    this.clock = clock;
    this.place = place;
    this.timeoutS = timeoutS;
    this.table = null;
  }

  put(id: Buffer, session: Buffer): void {
    const nowS = this.nowS();
    this.tableNow().put(this.place, id, session, nowS, nowS + this.timeoutS);
  }

  get(id: Buffer): Buffer | null {
    return this.tableNow().get(this.place, id, this.nowS());
  }

  /** Whether that client has passed here within the time that sessions are kept. */
  knows(client: string): boolean {
    return this.get(clientId(client)) !== null;
  }

  remember(client: string): void {
    this.put(clientId(client), noSession);
  }

  private nowS(): number {
    return Math.trunc(this.clock.wallMs() / 1000);
  }

  private tableNow(): SessionTable {
    this.table ??= new SessionTable(this.shared);
    return this.table;
  }
}

const noSession = Buffer.alloc(0);

/** Longer than any id of a session. */
function clientId(client: string): Buffer {
  return Buffer.from(`client ${client}`);
}

function keyOf(place: string, id: Buffer): Buffer {
  return createHash('sha256').update(place).update('\0').update(id).digest().subarray(0, digestBytes);
}

function digestOf(record: Buffer): Buffer {
  return createHash('sha256').update(record.subarray(keyAt)).digest().subarray(0, digestBytes);
}
