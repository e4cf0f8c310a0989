import { type JsonMember, type JsonNode, jsonNull, jsonNumber, jsonString, mostLevels } from './json-node.js';
import { numberText } from './number-text.js';
import type { EnumSchema, FieldSchema, MessageSchema, Schema } from './schema.js';
import { FieldType } from './schema.js';
import { durationText, fieldMaskText, timestampText } from './well-known-texts.js';
import { WireReader, WireType } from './wire-reader.js';

export type PrintOptions = {
  readonly isIndented: boolean;
  /** Fields that have no presence are there with their defaults. */
  readonly printsDefaults: boolean;
  readonly enumsAsNumbers: boolean;
  /** Names as in the file. */
  readonly keepsNames: boolean;
};

/** One message as JSON; null when its bytes are no such message. */
export function messageToJson(
  message: MessageSchema,
  bytes: Buffer,
  options: PrintOptions,
  schema: Schema,
): JsonNode | null {
  const reading = new MessageReading(options, schema);
  const node = reading.message(message, bytes, 0);
  return reading.isBroken ? null : node;
}

class MessageReading {
  private readonly options: PrintOptions;
  private readonly schema: Schema;
  isBroken: boolean;

  constructor(options: PrintOptions, schema: Schema) {
    this.options = options;
    this.schema = schema;
    this.isBroken = false;
  }

  message(message: MessageSchema, bytes: Buffer, level: number): JsonNode {
    if (level > mostLevels) return this.broken();
    const values = this.values(message, bytes, level);
    return this.wellKnown(message, values) ?? { kind: 'object', members: this.members(message, values) };
  }

  private members(message: MessageSchema, values: ReadonlyMap<FieldSchema, JsonNode[]>): JsonMember[] {
    const { printsDefaults, keepsNames } = this.options;
    const members: JsonMember[] = [];
    for (const field of printsDefaults ? message.fields : values.keys()) {
      const found = values.get(field) ?? [];
      if (found.length === 0 && (field.hasPresence || !printsDefaults)) continue;
      members.push([keepsNames ? field.name : field.jsonName, this.whole(field, found)]);
    }
    return members;
  }

  /** Values in the order in which their fields came first. */
  private values(message: MessageSchema, bytes: Buffer, level: number): Map<FieldSchema, JsonNode[]> {
    const reader = new WireReader(bytes);
    const values = new Map<FieldSchema, JsonNode[]>();
    while (!reader.isAtEnd) {
      const tag = reader.tag();
      const field = message.byNumber.get(tag >>> 3);
      if (field === undefined) {
        reader.skip(tag & 7);
        continue;
      }
      let list = values.get(field);
      if (list === undefined || !field.isRepeated) {
        list = [];
        values.set(field, list);
      }
      this.read(reader, field, tag & 7, list, level);
    }
    if (reader.isBroken) this.isBroken = true;
    return values;
  }

  private read(
    reader: WireReader,
    field: FieldSchema,
    wireType: number,
    list: JsonNode[],
    level: number,
  ): void {
    const own = wireTypeOf(field.type);
    if (wireType === own) {
      list.push(this.value(reader, field, level));
    } else if (wireType === WireType.bytes && field.isRepeated) {
      const packed = new WireReader(reader.block());
      while (!packed.isAtEnd) list.push(this.value(packed, field, level));
      if (packed.isBroken) this.isBroken = true;
    } else {
      reader.skip(wireType);
    }
  }

  private whole(field: FieldSchema, values: readonly JsonNode[]): JsonNode {
    if (field.message?.isMapEntry === true) return mapOf(values);
    if (field.isRepeated) return { kind: 'array', items: values };
    return values.at(-1) ?? this.defaultOf(field);
  }

  private defaultOf({ type, enumeration }: FieldSchema): JsonNode {
    if (type === FieldType.string || type === FieldType.bytes) return jsonString('');
    if (type === FieldType.bool) return { kind: 'bool', value: false };
    if (enumeration !== null) return this.enumValue(enumeration, enumeration.names.keys().next().value ?? 0);
    return is64Bit(type) ? jsonString('0') : jsonNumber('0');
  }

  private value(reader: WireReader, field: FieldSchema, level: number): JsonNode {
    const { type, message, enumeration } = field;
    switch (type) {
      case FieldType.double:
        return numberText(reader.double(), false);
      case FieldType.float:
        return numberText(reader.float(), true);
      case FieldType.int64:
        return jsonString(String(BigInt.asIntN(64, reader.varint())));
      case FieldType.uint64:
        return jsonString(String(reader.varint()));
      case FieldType.fixed64:
        return jsonString(String(reader.fixed64()));
      case FieldType.sfixed64:
        return jsonString(String(BigInt.asIntN(64, reader.fixed64())));
      case FieldType.sint64:
        return jsonString(String(unzigzag(reader.varint())));
      case FieldType.int32:
        return jsonNumber(String(BigInt.asIntN(32, reader.varint())));
      case FieldType.uint32:
        return jsonNumber(String(BigInt.asUintN(32, reader.varint())));
      case FieldType.sint32:
        return jsonNumber(String(BigInt.asIntN(32, unzigzag(reader.varint()))));
      case FieldType.fixed32:
        return jsonNumber(String(reader.fixed32()));
      case FieldType.sfixed32:
        return jsonNumber(String(reader.fixed32() | 0));
      case FieldType.bool:
        return { kind: 'bool', value: reader.varint() !== 0n };
      case FieldType.enum:
        return enumeration === null
          ? this.broken()
          : this.enumValue(enumeration, Number(BigInt.asIntN(32, reader.varint())));
      case FieldType.string:
        return jsonString(reader.block().toString());
      case FieldType.bytes:
        return jsonString(reader.block().toString('base64'));
      default:
        return message === null ? this.broken() : this.message(message, reader.block(), level + 1);
    }
  }

  private enumValue({ name, names }: EnumSchema, number: number): JsonNode {
    if (name === 'google.protobuf.NullValue') return jsonNull;
    const text = names.get(number);
    return text === undefined || this.options.enumsAsNumbers ? jsonNumber(String(number)) : jsonString(text);
  }

  /** Messages that JSON writes in a way of their own. */
  private wellKnown(message: MessageSchema, values: ReadonlyMap<FieldSchema, JsonNode[]>): JsonNode | null {
    if (!message.name.startsWith('google.protobuf.')) return null;
    const field = (number: number): JsonNode | undefined => {
      const schema = message.byNumber.get(number);
      return schema === undefined ? undefined : values.get(schema)?.at(-1);
    };
    const integer = (number: number): bigint => {
      const node = field(number);
      return node?.kind === 'string' || node?.kind === 'number' ? BigInt(node.text) : 0n;
    };
    const name = message.name.slice('google.protobuf.'.length);
    const [first] = message.fields;
    switch (name) {
      case 'Timestamp':
        return jsonString(timestampText(integer(1), Number(integer(2))));
      case 'Duration':
        return jsonString(durationText(integer(1), Number(integer(2))));
      case 'FieldMask':
        return jsonString(fieldMaskText(first === undefined ? [] : (values.get(first) ?? [])));
      case 'Struct':
        return mapOf(first === undefined ? [] : (values.get(first) ?? []));
      case 'ListValue':
        return { kind: 'array', items: first === undefined ? [] : (values.get(first) ?? []) };
      case 'Value':
        return [...values.values()].at(-1)?.at(-1) ?? jsonNull;
      case 'Any':
        return this.any(message, values);
      default:
        if (!/^(?:Double|Float|U?Int(?:32|64)|Bool|String|Bytes)Value$/.test(name) || first === undefined)
          return null;
        return values.get(first)?.at(-1) ?? this.defaultOf(first);
    }
  }

  private any(message: MessageSchema, values: ReadonlyMap<FieldSchema, JsonNode[]>): JsonNode {
    const text = (number: number): string => {
      const schema = message.byNumber.get(number);
      const node = schema === undefined ? undefined : values.get(schema)?.at(-1);
      return node?.kind === 'string' ? node.text : '';
    };
    const url = text(1);
    if (url === '') return { kind: 'object', members: [] };
    const type = this.schema.messages.get(url.slice(url.lastIndexOf('/') + 1));
    if (type === undefined) return this.broken();
    const inner = this.message(type, Buffer.from(text(2), 'base64'), 1);
    const rest: readonly JsonMember[] = inner.kind === 'object' ? inner.members : [['value', inner]];
    return { kind: 'object', members: [['@type', jsonString(url)], ...rest] };
  }

  private broken(): JsonNode {
    this.isBroken = true;
    return jsonNull;
  }
}

function mapOf(entries: readonly JsonNode[]): JsonNode {
  const members = entries.map((entry): JsonMember => {
    const found = entry.kind === 'object' ? new Map(entry.members) : new Map<string, JsonNode>();
    const key = found.get('key');
    const name =
      key === undefined || key.kind === 'null'
        ? ''
        : 'text' in key
          ? key.text
          : String('value' in key && key.value);
    return [name, found.get('value') ?? jsonNull];
  });
  return { kind: 'object', members };
}

export function wireTypeOf(type: number): number {
  switch (type) {
    case FieldType.double:
    case FieldType.fixed64:
    case FieldType.sfixed64:
      return WireType.fixed64;
    case FieldType.float:
    case FieldType.fixed32:
    case FieldType.sfixed32:
      return WireType.fixed32;
    case FieldType.string:
    case FieldType.bytes:
    case FieldType.message:
      return WireType.bytes;
    case FieldType.group:
      return WireType.startGroup;
    default:
      return WireType.varint;
  }
}

function is64Bit(type: number): boolean {
  return [FieldType.int64, FieldType.uint64, FieldType.fixed64, FieldType.sfixed64, FieldType.sint64].some(
    (one) => one === type,
  );
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}
