import type { BsonDocument } from '../../../../codec/mongo/bson-document.js';
import { documentsText, documentText, quoted } from '../../../../codec/mongo/bson-text.js';
import type {
  CommandMessage,
  CommandReplyMessage,
  InsertMessage,
  KillCursorsMessage,
  MongoMessage,
  MsgMessage,
  QueryMessage,
  ReplyMessage,
} from '../../../../codec/mongo/wire-message.js';

/** A message as the log shows it, in the form of Envoy's lines; replies without what was found. */
export function messageText(message: MongoMessage): string {
  switch (message.op) {
    case 'query':
      return queryText(message);
    case 'reply':
      return replyText(message);
    case 'insert':
      return insertText(message);
    case 'getMore': {
      const { collection, limit, cursor } = message;
      return `${head('OP_GET_MORE', message)}"collection": ${quoted(collection)}, "return": ${limit}, "cursor": ${cursor}}`;
    }
    case 'killCursors':
      return killCursorsText(message);
    case 'command':
      return commandText(message);
    case 'commandReply':
      return commandReplyText(message);
    case 'msg':
      return msgText(message);
  }
}

function head(opcode: string, { requestId, responseTo }: MongoMessage): string {
  return `{"opcode": "${opcode}", "id": ${requestId}, "response_to": ${responseTo}, `;
}

function hex(flags: number): string {
  return flags < 0 ? `"-0x${(-flags).toString(16)}"` : `"0x${flags.toString(16)}"`;
}

function queryText(message: QueryMessage): string {
  const { flags, collection, skip, limit, query, fields } = message;
  const selector = fields === null ? '{}' : documentText(fields);
  return `${head('OP_QUERY', message)}"flags": ${hex(flags)}, "collection": ${quoted(collection)}, "skip": ${skip}, "return": ${limit}, "query": ${documentText(query)}, "fields": ${selector}}`;
}

function replyText(message: ReplyMessage): string {
  const { flags, cursor, from, returned, documents } = message;
  return `${head('OP_REPLY', message)}"flags": ${hex(flags)}, "cursor": "${cursor}", "from": ${from}, "returned": ${returned}, "documents": ${documents.length}}`;
}

function insertText(message: InsertMessage): string {
  const { flags, collection, documents } = message;
  return `${head('OP_INSERT', message)}"flags": ${hex(flags)}, "collection": ${quoted(collection)}, "documents": ${documentsText(documents)}}`;
}

function killCursorsText({ requestId, responseTo, count, cursors }: KillCursorsMessage): string {
  return `{"opcode": "KILL_CURSORS", "id": ${requestId}, "response_to": ${hex(responseTo)}, "num_cursors": "${count}", "cursors": [${cursors.join(', ')}]}`;
}

function commandText(message: CommandMessage): string {
  const { database, command, metadata, args, documents } = message;
  return `${head('OP_COMMAND', message)}"database": ${quoted(database)}, "commandName": ${quoted(command)}, "metadata": ${documentText(metadata)}, "commandArgs": ${documentText(args)}, "inputDocs": ${documentsText(documents)}}`;
}

function commandReplyText(message: CommandReplyMessage): string {
  const { metadata, reply, documents } = message;
  return `${head('OP_COMMANDREPLY', message)}"metadata": ${documentText(metadata)}, "commandReply": ${documentText(reply)}, "outputDocs":${documentsText(documents)}} `;
}

/** Requests are shown whole, answers by how much there is. */
function msgText(message: MsgMessage): string {
  const { flags, body, sequences, isReply } = message;
  const show = (documents: readonly BsonDocument[]): string =>
    isReply ? String(documents.length) : documentsText(documents);
  const parts = sequences.map(({ name, documents }) => `${quoted(name)}: ${show(documents)}`);
  const shown = isReply ? '"{...}"' : documentText(body);
  return `${head('OP_MSG', message)}"flags": ${hex(flags)}, "body": ${shown}, "sequences": {${parts.join(', ')}}}`;
}
