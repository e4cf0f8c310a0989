import { crc32c } from '../../base/crc32c.js';
import { BsonScanner } from './bson-scanner.js';
import { type BsonLimits, bsonLimits, classicShapes } from './bson-types.js';
import { MessageReader } from './message-reader.js';
import { readMessage } from './read-message.js';
import { uncompress } from './uncompress.js';
import { type MongoMessage, MsgFlag, OpCode } from './wire-message.js';

export interface MongoLimits extends BsonLimits {
  /** Of one message, also once it is uncompressed. MongoDB's own bound is 48,000,000. */
  readonly messageBytes: number;
}

export const mongoLimits: MongoLimits = { ...bsonLimits, messageBytes: 48_000_000 + 64 * 1024 };

/** Who hears of messages. */
export interface MongoEvents {
  /** A whole message, valid until this returns. False: it makes no sense, and the stream is not worth more looks. */
  onMessage(message: MongoMessage): boolean;
  /** A message was compressed; `onMessage` follows where it can be uncompressed. */
  onCompressed(): void;
}

const headBytes = 16;
/** What `lengthAt` answers where there is no message to read. */
const Length = { unknown: -1, impossible: 0, short: 1 } as const;
/** Bytes behind a length that is too short are kept up to here. */
const strayLimitBytes = 65_536;
const noBytes = Buffer.alloc(0);

/**
 * Bytes of one direction to messages. A message that is whole in the bytes at hand is read where it stands; only the
 * beginning of one whose rest is to come is copied.
 *
 *   head awaited ──length──► rest awaited ──► told ──► head awaited
 *        ├──fewer bytes than a head has──► the length alone is left out, and more bytes are waited for
 *        └──a length that cannot be──► passed over, with everything behind it
 *
 * Both as in Envoy, which waits for the end of a message whatever its length is, and tells of no error.
 */
export class MongoDecoder {
  private readonly limits: MongoLimits;
  private readonly events: MongoEvents;
  private readonly reader: MessageReader;
  private readonly isReplies: boolean;
  /** The beginning of a message, in its first `pendingBytes` bytes. */
  private pending: Buffer;
  private pendingBytes: number;
  private isPassedOver: boolean;
  /** What is kept lay behind a length that was left out: it is looked at when more has come. */
  private isStray: boolean;

  constructor(events: MongoEvents, isReplies: boolean, limits: MongoLimits = mongoLimits) {
    this.limits = limits;
    this.events = events;
    this.isReplies = isReplies;
    this.reader = new MessageReader(new BsonScanner(limits, classicShapes));
    this.pending = noBytes;
    this.pendingBytes = 0;
    this.isPassedOver = false;
    this.isStray = false;
  }

  /** False: these are no messages. Nothing may follow then. `takesMsg` says whether OP_MSG and OP_COMPRESSED are known. */
  decode(bytes: Buffer, start: number, end: number, takesMsg: boolean): boolean {
    if (this.isPassedOver) return true;
    if (this.isStray) return this.decodeStray(bytes, start, end, takesMsg);
    let at = start;
    while (at < end && this.pendingBytes > 0) {
      at = this.collect(bytes, at, end);
      const length = this.lengthAt(this.pending, 0, this.pendingBytes);
      if (length === Length.impossible) return this.passOver();
      if (length === Length.short) return this.leaveOutLength(bytes, at, end);
      if (length === Length.unknown || this.pendingBytes < length) continue;
      if (!this.message(this.pending, 0, length, takesMsg)) return this.fail();
      this.forget();
    }
    while (at < end) {
      const length = this.lengthAt(bytes, at, end);
      if (length === Length.impossible) return this.passOver();
      if (length === Length.short) return this.leaveOutLength(bytes, at + 4, end);
      if (length === Length.unknown || end - at < length) {
        this.append(bytes, at, end, length);
        return true;
      }
      if (!this.message(bytes, at, at + length, takesMsg)) return this.fail();
      at += length;
    }
    return true;
  }

  /** Memory that the beginning of a message takes. */
  get keptBytes(): number {
    return this.pending.length;
  }

  /** Lets go of what was kept. */
  forget(): void {
    this.pending = noBytes;
    this.pendingBytes = 0;
    this.isStray = false;
  }

  private leaveOutLength(bytes: Buffer, start: number, end: number): true {
    if (end - start > strayLimitBytes) return this.passOver();
    this.forget();
    this.append(bytes, start, end, 0);
    this.isStray = this.pendingBytes > 0;
    return true;
  }

  private decodeStray(bytes: Buffer, start: number, end: number, takesMsg: boolean): boolean {
    const joined = Buffer.concat([this.pending.subarray(0, this.pendingBytes), bytes.subarray(start, end)]);
    this.forget();
    return this.decode(joined, 0, joined.length, takesMsg);
  }

  private passOver(): true {
    this.isPassedOver = true;
    this.forget();
    return true;
  }

  private fail(): false {
    this.forget();
    return false;
  }

  /** Of the message at hand. */
  private lengthAt(bytes: Buffer, at: number, end: number): number {
    if (end - at < 4) return Length.unknown;
    const length = bytes.readInt32LE(at);
    if (length < 0 || length > this.limits.messageBytes) return Length.impossible;
    return length < headBytes ? Length.short : length;
  }

  /** Adds to the beginning what it lacks: first its length, then the rest. Answers behind what was taken. */
  private collect(bytes: Buffer, start: number, end: number): number {
    const known = this.pendingBytes < 4 ? 4 : this.pending.readInt32LE(0);
    const taken = Math.min(end - start, known - this.pendingBytes);
    this.append(bytes, start, start + taken, known);
    return start + taken;
  }

  /** Room grows with what has come, not with what a head promises. */
  private append(bytes: Buffer, start: number, end: number, expected: number): void {
    const needed = this.pendingBytes + end - start;
    if (needed > this.pending.length) {
      const room = Math.max(needed, Math.min(expected, Math.max(needed * 2, 4096)));
      const grown = Buffer.allocUnsafeSlow(room);
      this.pending.copy(grown, 0, 0, this.pendingBytes);
      this.pending = grown;
    }
    bytes.copy(this.pending, this.pendingBytes, start, end);
    this.pendingBytes = needed;
  }

  private message(bytes: Buffer, start: number, end: number, takesMsg: boolean): boolean {
    const opCode = bytes.readInt32LE(start + 12);
    const requestId = bytes.readInt32LE(start + 4);
    const responseTo = bytes.readInt32LE(start + 8);
    const isOwn = opCode === OpCode.msg || opCode === OpCode.compressed;
    if (isOwn && !takesMsg) return false;
    if (opCode === OpCode.msg && !isUndamaged(bytes, start, end)) return false;
    if (opCode === OpCode.compressed)
      return this.compressed(bytes, start + headBytes, end, requestId, responseTo);
    return this.body(bytes, start + headBytes, end, opCode, requestId, responseTo);
  }

  /** What a message leaves over belongs to none. */
  private body(
    bytes: Buffer,
    start: number,
    end: number,
    opCode: number,
    requestId: number,
    responseTo: number,
  ): boolean {
    const { reader } = this;
    reader.begin(bytes, start, end, opCode === OpCode.msg);
    const message = readMessage(reader, opCode, requestId, responseTo, this.isReplies);
    if (message === null || reader.isBroken) return false;
    return this.events.onMessage(message) && reader.left === 0;
  }

  private compressed(
    bytes: Buffer,
    start: number,
    end: number,
    requestId: number,
    responseTo: number,
  ): boolean {
    if (end - start < 9) return false;
    const opCode = bytes.readInt32LE(start);
    const length = bytes.readInt32LE(start + 4);
    if (opCode === OpCode.compressed || length < 0 || length > this.limits.messageBytes) return false;
    const plain = uncompress(bytes[start + 8] as number, bytes, start + 9, end, length);
    if (plain === 'broken') return false;
    this.events.onCompressed();
    return plain === 'unreadable' || this.body(plain, 0, plain.length, opCode, requestId, responseTo);
  }
}

/** An OP_MSG that carries a checksum of itself bears the right one. */
function isUndamaged(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < headBytes + 8) return true;
  if ((bytes.readUInt32LE(start + headBytes) & MsgFlag.checksumPresent) === 0) return true;
  return crc32c(bytes, start, end - 4) === bytes.readUInt32LE(end - 4);
}
