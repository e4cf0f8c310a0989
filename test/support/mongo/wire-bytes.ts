import { deflateSync } from 'node:zlib';
import { crc32c } from '../../../src/base/crc32c.js';
import { OpCode } from '../../../src/codec/mongo/wire-message.js';
import { cstring, int32Bytes, int64Bytes } from './bson-bytes.js';

/** Number of a message and of the one that it responds to. */
export interface Ids {
  readonly id: number;
  readonly to?: number;
}

export function message(opCode: number, { id, to = 0 }: Ids, body: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(body);
  return Buffer.concat([
    int32Bytes(bytes.length + 16),
    int32Bytes(id),
    int32Bytes(to),
    int32Bytes(opCode),
    bytes,
  ]);
}

interface QueryOptions {
  readonly flags?: number;
  readonly skip?: number;
  readonly limit?: number;
  readonly fields?: Buffer;
}

export function opQuery(ids: Ids, collection: string, query: Buffer, options: QueryOptions = {}): Buffer {
  return message(OpCode.query, ids, [
    int32Bytes(options.flags ?? 0),
    cstring(collection),
    int32Bytes(options.skip ?? 0),
    int32Bytes(options.limit ?? 0),
    query,
    options.fields ?? Buffer.alloc(0),
  ]);
}

interface ReplyOptions {
  readonly flags?: number;
  readonly cursor?: bigint;
  readonly from?: number;
  readonly returned?: number;
}

export function opReply(ids: Ids, documents: readonly Buffer[], options: ReplyOptions = {}): Buffer {
  return message(OpCode.reply, ids, [
    int32Bytes(options.flags ?? 0),
    int64Bytes(options.cursor ?? 0n),
    int32Bytes(options.from ?? 0),
    int32Bytes(options.returned ?? documents.length),
    ...documents,
  ]);
}

export function opInsert(ids: Ids, collection: string, documents: readonly Buffer[], flags = 0): Buffer {
  return message(OpCode.insert, ids, [int32Bytes(flags), cstring(collection), ...documents]);
}

export function opGetMore(ids: Ids, collection: string, limit: number, cursor: bigint): Buffer {
  return message(OpCode.getMore, ids, [
    int32Bytes(0),
    cstring(collection),
    int32Bytes(limit),
    int64Bytes(cursor),
  ]);
}

export function opKillCursors(ids: Ids, cursors: readonly bigint[], count = cursors.length): Buffer {
  return message(OpCode.killCursors, ids, [int32Bytes(0), int32Bytes(count), ...cursors.map(int64Bytes)]);
}

export function opCommand(ids: Ids, database: string, command: string, documents: readonly Buffer[]): Buffer {
  return message(OpCode.command, ids, [cstring(database), cstring(command), ...documents]);
}

export function opCommandReply(ids: Ids, documents: readonly Buffer[]): Buffer {
  return message(OpCode.commandReply, ids, documents);
}

/** A section of kind 1. */
export function sequence(name: string, documents: readonly Buffer[]): Buffer {
  const body = Buffer.concat([cstring(name), ...documents]);
  return Buffer.concat([Buffer.from([1]), int32Bytes(body.length + 4), body]);
}

export function bodySection(document: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0]), document]);
}

export function opMsg(ids: Ids, sections: readonly Buffer[], flags = 0): Buffer {
  const bytes = message(OpCode.msg, ids, [int32Bytes(flags), ...sections]);
  if ((flags & 1) === 0) return bytes;
  const whole = Buffer.concat([bytes, Buffer.alloc(4)]);
  whole.writeInt32LE(whole.length, 0);
  whole.writeUInt32LE(crc32c(whole, 0, bytes.length), bytes.length);
  return whole;
}

/** Any message, compressed with zlib or with what `pack` is. */
export function opCompressed(
  plain: Buffer,
  compressor = 2,
  pack: (bytes: Buffer) => Buffer = deflateSync,
): Buffer {
  const ids = { id: plain.readInt32LE(4), to: plain.readInt32LE(8) };
  return message(OpCode.compressed, ids, [
    plain.subarray(12, 16),
    int32Bytes(plain.length - 16),
    Buffer.from([compressor]),
    pack(plain.subarray(16)),
  ]);
}
