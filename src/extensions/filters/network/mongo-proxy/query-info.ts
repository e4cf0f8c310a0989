import { type BsonDocument, type BsonField, decoded } from '../../../../codec/mongo/bson-document.js';
import { BsonType } from '../../../../codec/mongo/bson-types.js';
import type { QueryMessage } from '../../../../codec/mongo/wire-message.js';

export type QueryKind = 'primary-key' | 'scatter-get' | 'multi-get';

/** What a request asks for: a command, or documents of a collection. */
export interface QueryInfo {
  /** Empty when it is a query. */
  readonly command: string;
  readonly collection: string;
  /** Which function of the client asks, by its own word; empty when it says none. */
  readonly callSite: string;
  readonly kind: QueryKind;
  readonly maxTimeMs: number;
}

/** Commands that clients spell in lower case as well. */
const spellings = new Map([
  ['collstats', 'collStats'],
  ['dbstats', 'dbStats'],
  ['findandmodify', 'findAndModify'],
  ['getlasterror', 'getLastError'],
  ['ismaster', 'isMaster'],
]);

/** Longer comments are no call sites: they would be parsed for nothing. */
const commentLimit = 16 * 1024;

/** Null: neither a command nor a query of a collection. */
export function queryInfo({ collection, query }: QueryMessage): QueryInfo | null {
  if (collection.includes('$cmd')) {
    return commandInfo(query.find('$query', BsonType.document)?.document ?? query);
  }
  const dot = collection.indexOf('.');
  if (dot < 0) return null;
  return {
    command: '',
    collection: decoded(collection.slice(dot + 1)),
    callSite: callSiteOf(query.find('$comment', BsonType.string)),
    kind: kindOfQuery(query),
    maxTimeMs: (query.find('$maxTimeMS') ?? query.find('maxTimeMS'))?.int32 ?? 0,
  };
}

/** The first field of a command is its name. `find` is a query; null when it does not say of what. */
export function commandInfo(body: BsonDocument): QueryInfo | null {
  const first = body.first();
  if (first === null) return null;
  if (first.key === 'find') return findInfo(first, body);
  const command = spellings.get(first.key) ?? first.key;
  // Without a name it counts as a query of everything, as in Envoy.
  const kind = command === '' ? 'scatter-get' : 'primary-key';
  return { command, collection: '', callSite: '', kind, maxTimeMs: 0 };
}

function findInfo(first: BsonField, body: BsonDocument): QueryInfo | null {
  if (first.type !== BsonType.string || first.text === null) return null;
  const filter = body.find('filter', BsonType.document)?.document ?? null;
  return {
    command: '',
    collection: decoded(first.text),
    callSite: callSiteOf(body.find('comment', BsonType.string)),
    kind: filter === null ? 'scatter-get' : kindOf(filter),
    maxTimeMs: 0,
  };
}

function kindOfQuery(query: BsonDocument): QueryKind {
  const kind = kindOf(query);
  if (kind !== 'scatter-get') return kind;
  const inner = query.find('$query', BsonType.document)?.document ?? null;
  return inner === null ? kind : kindOf(inner);
}

/** Whatever is asked of `_id` but equality may match several documents. */
function kindOf(filter: BsonDocument): QueryKind {
  const id = filter.find('_id');
  if (id === null) return 'scatter-get';
  return id.document === null ? 'primary-key' : 'multi-get';
}

function callSiteOf(comment: BsonField | null): string {
  const text = comment?.text ?? '';
  if (!text.startsWith('{') && !/^\s*\{/.test(text)) return '';
  if (text.length > commentLimit) return '';
  try {
    const said: unknown = JSON.parse(decoded(text));
    const name: unknown =
      typeof said === 'object' && said !== null ? Reflect.get(said, 'callingFunction') : '';
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}
