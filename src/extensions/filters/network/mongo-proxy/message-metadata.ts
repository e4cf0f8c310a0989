import type { StreamInfo } from '../../../../api/stream-info.js';
import { type BsonDocument, decoded } from '../../../../codec/mongo/bson-document.js';
import { BsonType } from '../../../../codec/mongo/bson-types.js';

const namespace = 'envoy.filters.network.mongo_proxy';

/** What commands do to the collection that their first field names. */
const operations = new Map([
  ['find', 'query'],
  ['insert', 'insert'],
  ['update', 'update'],
  ['delete', 'delete'],
]);

/** Tells filters and logs what the bytes that were just read ask of which collection: `db.collection` → operations. */
export class MessageMetadata {
  private readonly record: StreamInfo;
  private byCollection: Map<string, string[]>;

  constructor(record: StreamInfo) {
    this.record = record;
    this.byCollection = new Map();
  }

  /** New bytes are read: what was said of earlier ones no longer holds. */
  clear(): void {
    this.byCollection.clear();
    this.publish();
  }

  add(operation: string, collectionBytes: string): void {
    const collection = decoded(collectionBytes);
    const known = this.byCollection.get(collection);
    if (known === undefined) this.byCollection.set(collection, [operation]);
    else known.push(operation);
    this.publish();
  }

  addCommand(body: BsonDocument): void {
    const first = body.first();
    const operation = first === null ? undefined : operations.get(first.key);
    const database = body.find('$db', BsonType.string)?.text ?? '';
    if (operation !== undefined) this.add(operation, `${database}.${first?.text ?? ''}`);
  }

  private publish(): void {
    this.record.dynamicMetadata ??= new Map();
    this.record.dynamicMetadata.set(namespace, Object.fromEntries(this.byCollection));
  }
}
