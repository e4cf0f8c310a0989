import type { BsonDocument } from './bson-document.js';

export const OpCode = {
  reply: 1,
  insert: 2002,
  query: 2004,
  getMore: 2005,
  killCursors: 2007,
  command: 2010,
  commandReply: 2011,
  compressed: 2012,
  msg: 2013,
} as const;

export const QueryFlag = {
  tailableCursor: 0x2,
  noCursorTimeout: 0x10,
  awaitData: 0x20,
  exhaust: 0x40,
} as const;
export const ReplyFlag = { cursorNotFound: 0x1, queryFailure: 0x2 } as const;
export const MsgFlag = { checksumPresent: 0x1, moreToCome: 0x2 } as const;

interface Head {
  readonly requestId: number;
  readonly responseTo: number;
}

export interface QueryMessage extends Head {
  readonly op: 'query';
  readonly flags: number;
  /** `db.collection`; one character a byte, as all texts of messages. */
  readonly collection: string;
  readonly skip: number;
  readonly limit: number;
  readonly query: BsonDocument;
  readonly fields: BsonDocument | null;
}

export interface ReplyMessage extends Head {
  readonly op: 'reply';
  readonly flags: number;
  readonly cursor: bigint;
  readonly from: number;
  readonly returned: number;
  readonly documents: readonly BsonDocument[];
}

export interface InsertMessage extends Head {
  readonly op: 'insert';
  readonly flags: number;
  readonly collection: string;
  readonly documents: readonly BsonDocument[];
}

export interface GetMoreMessage extends Head {
  readonly op: 'getMore';
  readonly collection: string;
  readonly limit: number;
  readonly cursor: bigint;
}

export interface KillCursorsMessage extends Head {
  readonly op: 'killCursors';
  /** As the message says; negative for none. */
  readonly count: number;
  readonly cursors: readonly bigint[];
}

export interface CommandMessage extends Head {
  readonly op: 'command';
  readonly database: string;
  readonly command: string;
  readonly metadata: BsonDocument;
  readonly args: BsonDocument;
  readonly documents: readonly BsonDocument[];
}

export interface CommandReplyMessage extends Head {
  readonly op: 'commandReply';
  readonly metadata: BsonDocument;
  readonly reply: BsonDocument;
  readonly documents: readonly BsonDocument[];
}

/** Documents that belong into a field of the body. */
export interface DocumentSequence {
  readonly name: string;
  readonly documents: readonly BsonDocument[];
}

export interface MsgMessage extends Head {
  readonly op: 'msg';
  /** On its way to the client. */
  readonly isReply: boolean;
  readonly flags: number;
  readonly body: BsonDocument;
  readonly sequences: readonly DocumentSequence[];
}

export type MongoMessage =
  | QueryMessage
  | ReplyMessage
  | InsertMessage
  | GetMoreMessage
  | KillCursorsMessage
  | CommandMessage
  | CommandReplyMessage
  | MsgMessage;
