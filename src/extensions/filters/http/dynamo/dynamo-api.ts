import { type JsonObject, objectField, objectsField, textField } from './json-fields.js';

const singleTable = new Set([
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
  'UpdateTable',
]);
const batches = new Set(['BatchGetItem', 'BatchWriteItem']);
const transactions = new Set(['TransactGetItems', 'TransactWriteItems']);
const transactionParts = ['ConditionCheck', 'Delete', 'Get', 'Put', 'Update'];

const errors = [
  'AccessDenied',
  'ConditionalCheckFailed',
  'IdempotentParameterMismatch',
  'IncompleteSignature',
  'ItemCollectionSizeLimitExceeded',
  'LimitExceeded',
  'MissingAuthenticationToken',
  'ProvisionedThroughputExceeded',
  'ResourceInUse',
  'ResourceNotFound',
  'Throttling',
  'TransactionCanceled',
  'TransactionInProgress',
  'UnrecognizedClient',
  'Validation',
  'InvalidSignature',
].map((name) => `${name}Exception`);

/** What a request is about; `name` is empty where no table, or more than one, was found. */
export interface TableChoice {
  readonly name: string;
  readonly hasSeveral: boolean;
}

export const noTable: TableChoice = { name: '', hasSeveral: false };
const severalTables: TableChoice = { name: '', hasSeveral: true };

/** `GetItem` of `DynamoDB_20120810.GetItem`; empty for any other form. */
export function operationOf(target: string): string {
  const dot = target.indexOf('.');
  if (dot > 0 && dot < target.length - 1 && target.indexOf('.', dot + 1) < 0) return target.slice(dot + 1);
  const parts = target.split('.').filter((part) => part !== '');
  return parts.length === 2 ? (parts[1] as string) : '';
}

export function isBatch(operation: string): boolean {
  return batches.has(operation);
}

/** Whether it is one of those that the stats know by name. */
export function isKnown(operation: string): boolean {
  return singleTable.has(operation) || batches.has(operation) || transactions.has(operation);
}

/** Null when the body has not the shape that its operation asks for. */
export function tableOf(operation: string, body: JsonObject): TableChoice | null {
  if (singleTable.has(operation)) {
    const name = textField(body, 'TableName');
    return name === null ? null : { name, hasSeveral: false };
  }
  if (batches.has(operation)) return tableOfBatch(body);
  return transactions.has(operation) ? tableOfTransaction(body) : noTable;
}

function tableOfBatch(body: JsonObject): TableChoice | null {
  const items = objectField(body, 'RequestItems');
  if (items === null) return null;
  const names = Object.keys(items).filter((name) => name !== '');
  if (names.length > 1) return severalTables;
  return { name: names[0] ?? '', hasSeveral: false };
}

/** An item without a table counts as if no item had one. */
function tableOfTransaction(body: JsonObject): TableChoice | null {
  const items = objectsField(body, 'TransactItems');
  if (items === null) return null;
  let name = '';
  for (const item of items) {
    const next = tableOfItem(item);
    if (next === null || next === '') return next === null ? null : noTable;
    if (name !== '' && name !== next) return severalTables;
    name = next;
  }
  return { name, hasSeveral: false };
}

function tableOfItem(item: JsonObject): string | null {
  for (const part of transactionParts) {
    const action = objectField(item, part);
    const name = action === null ? null : textField(action, 'TableName');
    if (name !== '') return name;
  }
  return '';
}

/** The exception that an error's `__type` ends with; empty for none that is known, null for no text. */
export function errorOf(body: JsonObject): string | null {
  const type = textField(body, '__type');
  return type === null ? null : (errors.find((name) => type.endsWith(name)) ?? '');
}

/** Tables with keys that a batch left undone. */
export function undoneTables(body: JsonObject): readonly string[] | null {
  const tables = objectField(body, 'UnprocessedKeys');
  return tables === null ? null : Object.keys(tables);
}

export interface PartitionUse {
  readonly id: string;
  /** Rounded up: counters count whole numbers. */
  readonly capacity: number;
}

export function partitionsOf(body: JsonObject): readonly PartitionUse[] | null {
  const consumed = objectField(body, 'ConsumedCapacity');
  const partitions = consumed === null ? null : objectField(consumed, 'Partitions');
  if (partitions === null) return null;
  const uses: PartitionUse[] = [];
  for (const [id, capacity] of Object.entries(partitions)) {
    if (typeof capacity !== 'number' || !Number.isFinite(capacity)) return null;
    uses.push({ id, capacity: Math.min(Math.max(0, Math.ceil(capacity)), Number.MAX_SAFE_INTEGER) });
  }
  return uses;
}
