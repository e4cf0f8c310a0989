import type { MessageReader } from './message-reader.js';
import { type DocumentSequence, type MongoMessage, MsgFlag, OpCode } from './wire-message.js';

/** Bits of OP_MSG that a reader has to understand; of the higher ones it may know nothing. */
const knownMsgFlags = MsgFlag.checksumPresent | MsgFlag.moreToCome;
const requiredMsgFlags = 0xffff;

/**
 * The body of a message behind its head, read to its end or as far as its kind says; what is left over is up to the
 * caller. Null: there is no such message.
 */
export function readMessage(
  reader: MessageReader,
  opCode: number,
  requestId: number,
  responseTo: number,
  isReply: boolean,
): MongoMessage | null {
  switch (opCode) {
    case OpCode.query:
      return readQuery(reader, requestId, responseTo);
    case OpCode.reply:
      return readReply(reader, requestId, responseTo);
    case OpCode.insert: {
      const flags = reader.int32();
      const collection = reader.text();
      return { op: 'insert', requestId, responseTo, flags, collection, documents: reader.documents() };
    }
    case OpCode.getMore: {
      reader.int32();
      const collection = reader.text();
      const limit = reader.int32();
      return { op: 'getMore', requestId, responseTo, collection, limit, cursor: reader.int64() };
    }
    case OpCode.killCursors:
      return { op: 'killCursors', requestId, responseTo, ...readCursors(reader) };
    case OpCode.command: {
      const [database, command] = [reader.text(), reader.text()];
      const [metadata, args] = [reader.document(), reader.document()];
      const documents = readOptional(reader);
      return { op: 'command', requestId, responseTo, database, command, metadata, args, documents };
    }
    case OpCode.commandReply: {
      const [metadata, reply] = [reader.document(), reader.document()];
      const documents = readOptional(reader);
      return { op: 'commandReply', requestId, responseTo, metadata, reply, documents };
    }
    case OpCode.msg:
      return readMsg(reader, requestId, responseTo, isReply);
    default:
      return null;
  }
}

function readQuery(reader: MessageReader, requestId: number, responseTo: number): MongoMessage {
  const flags = reader.int32();
  const collection = reader.text();
  const [skip, limit] = [reader.int32(), reader.int32()];
  const query = reader.document();
  const fields = reader.left > 0 ? reader.document() : null;
  return { op: 'query', requestId, responseTo, flags, collection, skip, limit, query, fields };
}

function readReply(reader: MessageReader, requestId: number, responseTo: number): MongoMessage {
  const flags = reader.int32();
  const cursor = reader.int64();
  const [from, returned] = [reader.int32(), reader.int32()];
  const documents = reader.countedDocuments(returned);
  return { op: 'reply', requestId, responseTo, flags, cursor, from, returned, documents };
}

function readCursors(reader: MessageReader) {
  reader.int32();
  const count = reader.int32();
  const cursors: bigint[] = [];
  for (let i = 0; i < count && !reader.isBroken; i++) cursors.push(reader.int64());
  return { count, cursors };
}

/** One document at most, as Envoy reads them. */
function readOptional(reader: MessageReader) {
  return reader.left > 0 ? [reader.document()] : [];
}

/** Exactly one body and any number of sequences, in any order; a checksum was looked at before. */
function readMsg(
  reader: MessageReader,
  requestId: number,
  responseTo: number,
  isReply: boolean,
): MongoMessage | null {
  const flags = reader.int32() >>> 0;
  if ((flags & requiredMsgFlags & ~knownMsgFlags) !== 0) return null;
  const trailing = (flags & MsgFlag.checksumPresent) === 0 ? 0 : 4;
  let body = null;
  const sequences: DocumentSequence[] = [];
  while (reader.left > trailing) {
    const kind = reader.byte();
    if (kind === 0 && body === null) body = reader.document();
    else if (kind === 1) sequences.push(readSequence(reader));
    else return null;
  }
  if (trailing > 0) reader.int32();
  return body === null ? null : { op: 'msg', isReply, requestId, responseTo, flags, body, sequences };
}

function readSequence(reader: MessageReader): DocumentSequence {
  const before = reader.left;
  const size = reader.int32();
  const name = reader.text();
  return { name, documents: reader.documents(size - (before - reader.left)) };
}
