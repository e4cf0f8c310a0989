/** Element types of BSON, by the byte in front of the key. */
export const BsonType = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  binary: 0x05,
  undefined: 0x06,
  objectId: 0x07,
  boolean: 0x08,
  datetime: 0x09,
  null: 0x0a,
  regex: 0x0b,
  dbPointer: 0x0c,
  code: 0x0d,
  symbol: 0x0e,
  codeWithScope: 0x0f,
  int32: 0x10,
  timestamp: 0x11,
  int64: 0x12,
  decimal128: 0x13,
  minKey: 0xff,
  maxKey: 0x7f,
} as const;

export interface BsonLimits {
  /** Documents and arrays inside one another; the outermost counts. */
  readonly depth: number;
  /** Of one message, over all its documents. */
  readonly elements: number;
}

export const bsonLimits: BsonLimits = { depth: 101, elements: 8 * 1024 * 1024 };

/** How the value of a type is found to end. */
export const ValueShape = {
  /** No such type. */
  unknown: 0,
  none: 1,
  /** `fixedBytes` of them. */
  fixed: 2,
  /** int32 length, then so many bytes. */
  string: 3,
  /** int32 length, one byte of subtype, then so many bytes. */
  binary: 4,
  /** int32 length that counts itself. */
  document: 5,
  twoTexts: 6,
  /** A string and twelve bytes. */
  pointer: 7,
  /** int32 length that counts itself, a string, a document. */
  codeWithScope: 8,
} as const;

function shapes(entries: readonly (readonly [type: number, shape: number])[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const [type, shape] of entries) table[type] = shape;
  return table;
}

const classic: readonly (readonly [number, number])[] = [
  [BsonType.double, ValueShape.fixed],
  [BsonType.string, ValueShape.string],
  [BsonType.document, ValueShape.document],
  [BsonType.array, ValueShape.document],
  [BsonType.binary, ValueShape.binary],
  [BsonType.objectId, ValueShape.fixed],
  [BsonType.boolean, ValueShape.fixed],
  [BsonType.datetime, ValueShape.fixed],
  [BsonType.null, ValueShape.none],
  [BsonType.regex, ValueShape.twoTexts],
  [BsonType.symbol, ValueShape.string],
  [BsonType.int32, ValueShape.fixed],
  [BsonType.timestamp, ValueShape.fixed],
  [BsonType.int64, ValueShape.fixed],
];

/** The types that Envoy reads; it takes any other for a broken stream. */
export const classicShapes = shapes(classic);

/** Every type that there is. */
export const allShapes = shapes([
  ...classic,
  [BsonType.undefined, ValueShape.none],
  [BsonType.dbPointer, ValueShape.pointer],
  [BsonType.code, ValueShape.string],
  [BsonType.codeWithScope, ValueShape.codeWithScope],
  [BsonType.decimal128, ValueShape.fixed],
  [BsonType.minKey, ValueShape.none],
  [BsonType.maxKey, ValueShape.none],
]);

/** Lengths of values of a fixed length, by type. */
export const fixedBytes = shapes([
  [BsonType.double, 8],
  [BsonType.objectId, 12],
  [BsonType.boolean, 1],
  [BsonType.datetime, 8],
  [BsonType.int32, 4],
  [BsonType.timestamp, 8],
  [BsonType.int64, 8],
  [BsonType.decimal128, 16],
]);
