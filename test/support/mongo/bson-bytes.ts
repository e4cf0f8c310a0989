/** A value with its type of BSON, for tests that write documents byte by byte. */
export interface BsonValue {
  readonly type: number;
  readonly bytes: Buffer;
}

type Fields = readonly (readonly [key: string, value: BsonValue])[];

export function int32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

export function int64Bytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

export function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf8');
}

export function bson(fields: Fields): Buffer {
  const body = Buffer.concat(
    fields.flatMap(([key, { type, bytes }]) => [Buffer.from([type]), cstring(key), bytes]),
  );
  return Buffer.concat([int32Bytes(body.length + 5), body, Buffer.from([0])]);
}

function counted(bytes: Buffer): Buffer {
  return Buffer.concat([int32Bytes(bytes.length), bytes]);
}

/** Values of every type. */
export const value = {
  double: (it: number): BsonValue => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(it);
    return { type: 0x01, bytes };
  },
  string: (it: string): BsonValue => ({ type: 0x02, bytes: counted(cstring(it)) }),
  document: (fields: Fields): BsonValue => ({ type: 0x03, bytes: bson(fields) }),
  array: (items: readonly BsonValue[]): BsonValue => ({
    type: 0x04,
    bytes: bson(items.map((item, i) => [String(i), item] as const)),
  }),
  binary: (it: Buffer, subtype = 0): BsonValue => ({
    type: 0x05,
    bytes: Buffer.concat([int32Bytes(it.length), Buffer.from([subtype]), it]),
  }),
  undefined: { type: 0x06, bytes: Buffer.alloc(0) },
  objectId: (hex: string): BsonValue => ({ type: 0x07, bytes: Buffer.from(hex, 'hex') }),
  boolean: (it: boolean): BsonValue => ({ type: 0x08, bytes: Buffer.from([it ? 1 : 0]) }),
  datetime: (it: bigint): BsonValue => ({ type: 0x09, bytes: int64Bytes(it) }),
  null: { type: 0x0a, bytes: Buffer.alloc(0) },
  regex: (pattern: string, options: string): BsonValue => ({
    type: 0x0b,
    bytes: Buffer.concat([cstring(pattern), cstring(options)]),
  }),
  dbPointer: (name: string, id: string): BsonValue => ({
    type: 0x0c,
    bytes: Buffer.concat([counted(cstring(name)), Buffer.from(id, 'hex')]),
  }),
  code: (it: string): BsonValue => ({ type: 0x0d, bytes: counted(cstring(it)) }),
  symbol: (it: string): BsonValue => ({ type: 0x0e, bytes: counted(cstring(it)) }),
  codeWithScope: (it: string, scope: Fields): BsonValue => {
    const inside = Buffer.concat([counted(cstring(it)), bson(scope)]);
    return { type: 0x0f, bytes: Buffer.concat([int32Bytes(inside.length + 4), inside]) };
  },
  int32: (it: number): BsonValue => ({ type: 0x10, bytes: int32Bytes(it) }),
  timestamp: (it: bigint): BsonValue => ({ type: 0x11, bytes: int64Bytes(it) }),
  int64: (it: bigint): BsonValue => ({ type: 0x12, bytes: int64Bytes(it) }),
  decimal128: (hex: string): BsonValue => ({ type: 0x13, bytes: Buffer.from(hex, 'hex') }),
  minKey: { type: 0xff, bytes: Buffer.alloc(0) },
  maxKey: { type: 0x7f, bytes: Buffer.alloc(0) },
};
