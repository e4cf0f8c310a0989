import type { Plain } from '../../base/plain.js';
import type { ScalarType } from '../descriptors/schema.js';
import type { WireReader } from '../source/wire-reader.js';
import { DurationValue, type SingleValue } from './message-value.js';

const utf8 = new TextDecoder();

/** Wire type of a scalar that stands alone. */
export function wireTypeOf(type: ScalarType): number {
  switch (type) {
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      return 1;
    case 'float':
    case 'fixed32':
    case 'sfixed32':
      return 5;
    case 'string':
    case 'bytes':
      return 2;
    default:
      return 0;
  }
}

function exact(value: bigint): number | bigint {
  const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? Number(value) : value;
}

function zigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}

export function wireScalar(type: ScalarType, reader: WireReader): SingleValue {
  switch (type) {
    case 'double':
      return reader.double();
    case 'float':
      return reader.float();
    case 'int32':
      return Number(BigInt.asIntN(32, reader.varint()));
    case 'uint32':
      return Number(BigInt.asUintN(32, reader.varint()));
    case 'sint32':
      return Number(BigInt.asIntN(32, zigzag(reader.varint())));
    case 'int64':
      return exact(BigInt.asIntN(64, reader.varint()));
    case 'uint64':
      return exact(reader.varint());
    case 'sint64':
      return exact(zigzag(reader.varint()));
    case 'fixed32':
      return reader.fixed32();
    case 'sfixed32':
      return reader.fixed32() | 0;
    case 'fixed64':
      return exact(reader.fixed64());
    case 'sfixed64':
      return exact(BigInt.asIntN(64, reader.fixed64()));
    case 'bool':
      return reader.varint() !== 0n;
    case 'string':
      return utf8.decode(reader.part().rest());
    case 'bytes':
      return reader.part().rest();
  }
}

/** The parts of a message with varints in its first two fields. */
function twoVarints(reader: WireReader): [number, number] {
  const parts: [number, number] = [0, 0];
  while (!reader.isAtEnd) {
    const tag = reader.small();
    if (tag === 8) parts[0] = Number(BigInt.asIntN(64, reader.varint()));
    else if (tag === 16) parts[1] = Number(BigInt.asIntN(64, reader.varint()));
    else reader.skip(tag & 7);
  }
  return parts;
}

export function wireDuration(reader: WireReader): DurationValue {
  const [seconds, nanos] = twoVarints(reader);
  return new DurationValue(seconds, nanos);
}

/** A Timestamp as RFC 3339 text. */
export function wireTimestamp(reader: WireReader): string {
  const [seconds, nanos] = twoVarints(reader);
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return nanos === 0
    ? `${text}Z`
    : `${text}.${String(nanos)
        .padStart(9, '0')
        .replace(/(000)+$/, '')}Z`;
}

/** The paths of a FieldMask, joined as in its JSON form. */
export function wireFieldMask(reader: WireReader): string {
  const paths: string[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.small();
    if (tag === 10) paths.push(utf8.decode(reader.part().rest()));
    else reader.skip(tag & 7);
  }
  return paths.join(',');
}

export function wireStruct(type: string, reader: WireReader): Plain {
  if (type === 'google.protobuf.Struct') return structEntries(reader);
  return type === 'google.protobuf.ListValue' ? listItems(reader) : oneValue(reader);
}

function structEntries(reader: WireReader): Plain {
  const entries: [string, Plain][] = [];
  while (!reader.isAtEnd) {
    const tag = reader.small();
    if (tag === 10) entries.push(structEntry(reader.part()));
    else reader.skip(tag & 7);
  }
  return Object.fromEntries(entries);
}

function structEntry(reader: WireReader): [string, Plain] {
  let key = '';
  let value: Plain = null;
  while (!reader.isAtEnd) {
    const tag = reader.small();
    if (tag === 10) key = utf8.decode(reader.part().rest());
    else if (tag === 18) value = oneValue(reader.part());
    else reader.skip(tag & 7);
  }
  return [key, value];
}

function listItems(reader: WireReader): Plain {
  const items: Plain[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.small();
    if (tag === 10) items.push(oneValue(reader.part()));
    else reader.skip(tag & 7);
  }
  return items;
}

function oneValue(reader: WireReader): Plain {
  let value: Plain = null;
  while (!reader.isAtEnd) {
    const tag = reader.small();
    switch (tag) {
      case 17:
        value = reader.double();
        break;
      case 26:
        value = utf8.decode(reader.part().rest());
        break;
      case 32:
        value = reader.varint() !== 0n;
        break;
      case 42:
        value = structEntries(reader.part());
        break;
      case 50:
        value = listItems(reader.part());
        break;
      default:
        reader.skip(tag & 7);
        value = null;
    }
  }
  return value;
}
