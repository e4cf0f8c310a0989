import type { Plain } from '../../base/plain.js';
import { WireReader, WireType } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

/** Deeper structures are cut off when written, refused when read. */
const mostLevels = 100;

const ValueField = { null: 1, number: 2, string: 3, bool: 4, struct: 5, list: 6 } as const;

type Fields = { readonly [key: string]: Plain };

/** A `google.protobuf.Struct`. Bytes become null: a structure has no place for them. */
export function encodeStruct(fields: Fields, level = 0): Buffer {
  const writer = new WireWriter();
  for (const [key, value] of Object.entries(fields)) {
    const entry = new WireWriter();
    entry.block(1, Buffer.from(key));
    entry.block(2, encodeValue(value, level + 1));
    writer.block(1, entry.finish());
  }
  return writer.finish();
}

function encodeValue(value: Plain, level: number): Buffer {
  const writer = new WireWriter();
  if (typeof value === 'number') {
    writer.tag(ValueField.number, WireType.fixed64);
    writer.double(value);
  } else if (typeof value === 'string') {
    writer.block(ValueField.string, Buffer.from(value));
  } else if (typeof value === 'boolean') {
    writer.number(ValueField.bool, Number(value));
  } else if (value === null || value === undefined || value instanceof Uint8Array || level > mostLevels) {
    writer.number(ValueField.null, 0);
  } else if (Array.isArray(value)) {
    const list = new WireWriter();
    for (const item of value as readonly Plain[]) list.block(1, encodeValue(item, level + 1));
    writer.block(ValueField.list, list.finish());
  } else {
    writer.block(ValueField.struct, encodeStruct(value as Fields, level + 1));
  }
  return writer.finish();
}

/** Null when the bytes are none. */
export function decodeStruct(bytes: Buffer, level = 0): Fields | null {
  const reader = new WireReader(bytes);
  const fields = new Map<string, Plain>();
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag !== 1 * 8 + WireType.bytes) {
      reader.skip(tag & 7);
      continue;
    }
    const entry = decodeEntry(reader.block(), level);
    if (entry === null) return null;
    fields.set(entry.key, entry.value);
  }
  // Not by assignment: a key may be called `__proto__`.
  return reader.isBroken ? null : Object.fromEntries(fields);
}

function decodeEntry(bytes: Buffer, level: number): { readonly key: string; readonly value: Plain } | null {
  const reader = new WireReader(bytes);
  let key = '';
  let value: Plain = null;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag >>> 3 === 1 && (tag & 7) === WireType.bytes) key = reader.block().toString();
    else if (tag >>> 3 === 2 && (tag & 7) === WireType.bytes) {
      value = decodeValue(reader.block(), level + 1);
      if (value === undefined) return null;
    } else reader.skip(tag & 7);
  }
  return reader.isBroken ? null : { key, value };
}

/** Undefined when the bytes are none. */
function decodeValue(bytes: Buffer, level: number): Plain {
  if (level > mostLevels) return undefined;
  const reader = new WireReader(bytes);
  let value: Plain = null;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    switch (tag) {
      case ValueField.number * 8 + WireType.fixed64:
        value = reader.double();
        break;
      case ValueField.string * 8 + WireType.bytes:
        value = reader.block().toString();
        break;
      case ValueField.bool * 8 + WireType.varint:
        value = reader.varint() !== 0n;
        break;
      case ValueField.struct * 8 + WireType.bytes:
        value = decodeStruct(reader.block(), level + 1) ?? undefined;
        break;
      case ValueField.list * 8 + WireType.bytes:
        value = decodeList(reader.block(), level);
        break;
      default:
        reader.skip(tag & 7);
    }
    if (value === undefined) return undefined;
  }
  return reader.isBroken ? undefined : value;
}

function decodeList(bytes: Buffer, level: number): Plain {
  const reader = new WireReader(bytes);
  const items: Plain[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag !== 1 * 8 + WireType.bytes) {
      reader.skip(tag & 7);
      continue;
    }
    const item = decodeValue(reader.block(), level + 1);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return reader.isBroken ? undefined : items;
}
