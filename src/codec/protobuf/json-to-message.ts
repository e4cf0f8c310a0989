import { type JsonMember, type JsonNode, jsonString, mostLevels } from './json-node.js';
import { wireTypeOf } from './message-to-json.js';
import type { EnumSchema, FieldSchema, MessageSchema, Schema } from './schema.js';
import { FieldType } from './schema.js';
import { readDuration, readFieldMask, readTimestamp } from './well-known-texts.js';
import { WireWriter } from './wire-writer.js';

export type EncodeOptions = {
  /** Names of enum values in any case, with `-` for `_`. */
  readonly ignoresEnumCase: boolean;
};

/** Encodes JSON as a message of a type; `fault` says why it cannot be one. */
export class JsonEncoder {
  private readonly schema: Schema;
  private readonly options: EncodeOptions;
  /** Fields from the root down to the one at work. */
  private readonly path: string[];
  fault: string;

  constructor(schema: Schema, options: EncodeOptions) {
    this.schema = schema;
    this.options = options;
    this.path = [];
    this.fault = '';
  }

  message(message: MessageSchema, node: JsonNode, level = 0): Buffer {
    if (node.kind === 'encoded') return node.bytes;
    const writer = new WireWriter();
    if (level > mostLevels) this.fail('Message too deep.');
    else if (!this.wellKnown(writer, message, node, level)) this.plain(writer, message, node, level);
    return writer.finish();
  }

  private plain(writer: WireWriter, message: MessageSchema, node: JsonNode, level: number): void {
    if (node.kind !== 'object') {
      if (node.kind === 'array') this.fault ||= ': Proto field is not repeating, cannot start list.';
      else this.invalid(node, `type.googleapis.com/${message.name}`);
      return;
    }
    for (const [name, value] of node.members) {
      const field = message.byName.get(name);
      // Names that the message does not know are passed over.
      if (field === undefined) continue;
      this.path.push(field.name);
      this.field(writer, field, value, level);
      this.path.pop();
    }
  }

  private field(writer: WireWriter, field: FieldSchema, node: JsonNode, level: number): void {
    const takesNull = field.message?.name === 'google.protobuf.Value' || field.enumeration?.name === nullEnum;
    if (node.kind === 'null' && !takesNull) return;
    if (field.message?.isMapEntry === true) this.map(writer, field, field.message, node, level);
    else if (!field.isRepeated) this.single(writer, field, node, level);
    else this.repeated(writer, field, node.kind === 'array' ? node.items : [node], level);
  }

  /** Never packed, as Envoy's converter writes. */
  private repeated(writer: WireWriter, field: FieldSchema, items: readonly JsonNode[], level: number): void {
    for (const item of items) this.single(writer, field, item, level);
  }

  private map(
    writer: WireWriter,
    field: FieldSchema,
    entry: MessageSchema,
    node: JsonNode,
    level: number,
  ): void {
    if (node.kind !== 'object') {
      this.fail(`invalid value for map ${field.name}`);
      return;
    }
    for (const [key, value] of node.members) {
      const members: JsonMember[] = [
        ['key', jsonString(key)],
        ['value', value],
      ];
      const inner = new WireWriter();
      this.plain(inner, entry, { kind: 'object', members }, level + 1);
      writer.block(field.number, inner.finish());
    }
  }

  private single(writer: WireWriter, field: FieldSchema, node: JsonNode, level: number): void {
    if (field.message !== null) {
      writer.block(field.number, this.message(field.message, node, level + 1));
      return;
    }
    if (field.type === FieldType.string) {
      writer.block(field.number, Buffer.from(this.text(node)));
      return;
    }
    if (field.type === FieldType.bytes) {
      writer.block(field.number, this.base64(node));
      return;
    }
    writer.tag(field.number, wireTypeOf(field.type));
    this.scalar(writer, field, node);
  }

  private scalar(writer: WireWriter, field: FieldSchema, node: JsonNode): void {
    switch (field.type) {
      case FieldType.double:
        writer.double(this.real(node, 'TYPE_DOUBLE'));
        return;
      case FieldType.float:
        writer.float(this.real(node, 'TYPE_FLOAT'));
        return;
      case FieldType.bool:
        writer.varint(this.bool(node) ? 1n : 0n);
        return;
      case FieldType.enum:
        writer.varint(field.enumeration === null ? 0n : BigInt(this.enumNumber(field.enumeration, node)));
        return;
      case FieldType.fixed32:
      case FieldType.sfixed32:
        writer.fixed32(Number(this.integer(node, field.type)));
        return;
      case FieldType.fixed64:
      case FieldType.sfixed64:
        writer.fixed64(this.integer(node, field.type));
        return;
      case FieldType.sint32:
      case FieldType.sint64: {
        const value = this.integer(node, field.type);
        writer.varint(value < 0n ? -value * 2n - 1n : value * 2n);
        return;
      }
      default:
        writer.varint(this.integer(node, field.type));
    }
  }

  private text(node: JsonNode): string {
    if (node.kind === 'string' || node.kind === 'number') return node.text;
    if (node.kind === 'bool') return String(node.value);
    this.invalid(node, 'TYPE_STRING');
    return '';
  }

  private base64(node: JsonNode): Buffer {
    if (node.kind === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(node.text))
      return Buffer.from(node.text, 'base64');
    this.invalid(node, 'TYPE_BYTES');
    return Buffer.alloc(0);
  }

  private bool(node: JsonNode): boolean {
    if (node.kind === 'bool') return node.value;
    const text = node.kind === 'string' ? node.text : '';
    if (text !== 'true' && text !== 'false') this.invalid(node, 'TYPE_BOOL');
    return text === 'true';
  }

  private real(node: JsonNode, type: string): number {
    const text = node.kind === 'string' || node.kind === 'number' ? node.text : '';
    if (/^-?(?:Infinity|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)$/.test(text) || text === 'NaN')
      return Number(text);
    this.invalid(node, type);
    return 0;
  }

  private integer(node: JsonNode, type: number): bigint {
    const [name, least, most] = ranges[type] ?? noRange;
    const text = node.kind === 'string' || node.kind === 'number' ? node.text : '';
    const whole = /^-?\d+$/.test(text) ? text : wholeOf(text);
    const value = whole === null ? null : BigInt(whole);
    if (value !== null && value >= least && value <= most) return value;
    this.invalid(node, name);
    return 0n;
  }

  private enumNumber({ name: type, names, numbers }: EnumSchema, node: JsonNode): number {
    if (node.kind === 'null') return 0;
    const text = node.kind === 'string' || node.kind === 'number' ? node.text : '';
    const found = numbers.get(text);
    if (found !== undefined) return found;
    if (/^-?\d{1,10}$/.test(text)) return Number(text);
    if (this.options.ignoresEnumCase) {
      const wanted = text.replaceAll('-', '_').toUpperCase();
      for (const name of names.values()) if (name.toUpperCase() === wanted) return numbers.get(name) ?? 0;
    }
    this.invalid(node, `type.googleapis.com/${type}`);
    return 0;
  }

  private invalid(node: JsonNode, type: string): void {
    this.fail(`invalid value ${valueText(node)} for type ${type}`);
  }

  private fail(text: string): void {
    if (this.fault === '') this.fault = `${this.path.join('.')}: ${text}`;
  }

  /** Messages that JSON writes in a way of their own; false: this is none. */
  private wellKnown(writer: WireWriter, message: MessageSchema, node: JsonNode, level: number): boolean {
    if (!message.name.startsWith('google.protobuf.')) return false;
    const name = message.name.slice('google.protobuf.'.length);
    const [first] = message.fields;
    const text = node.kind === 'string' ? node.text : '';
    switch (name) {
      case 'Timestamp':
        this.time(writer, readTimestamp(text), node, name);
        return true;
      case 'Duration':
        this.time(writer, readDuration(text), node, name);
        return true;
      case 'FieldMask':
        for (const path of readFieldMask(text)) writer.block(1, Buffer.from(path));
        return true;
      case 'Struct':
        if (first?.message != null) this.map(writer, first, first.message, node, level);
        return true;
      case 'ListValue':
        if (first !== undefined)
          this.repeated(writer, first, node.kind === 'array' ? node.items : [node], level);
        return true;
      case 'Value':
        this.anyValue(writer, message, node, level);
        return true;
      case 'Any':
        this.any(writer, node, level);
        return true;
      default:
        if (!/^(?:Double|Float|U?Int(?:32|64)|Bool|String|Bytes)Value$/.test(name) || first === undefined)
          return false;
        this.single(writer, first, node, level);
        return true;
    }
  }

  private time(
    writer: WireWriter,
    time: readonly [seconds: bigint, nanos: number] | null,
    node: JsonNode,
    name: string,
  ): void {
    if (time === null) {
      this.fail(`Field 'x', Invalid ${name.toLowerCase()} format: ${valueText(node)}`);
      return;
    }
    writer.tag(1, 0);
    writer.varint(time[0]);
    writer.tag(2, 0);
    writer.varint(BigInt(time[1]));
  }

  private anyValue(writer: WireWriter, message: MessageSchema, node: JsonNode, level: number): void {
    const numbers = { null: 1, number: 2, string: 3, bool: 4, object: 5, array: 6, encoded: 5 } as const;
    const field = message.byNumber.get(numbers[node.kind]);
    if (field !== undefined) this.single(writer, field, node, level);
  }

  private any(writer: WireWriter, node: JsonNode, level: number): void {
    const members = node.kind === 'object' ? node.members : [];
    const url = members.find(([name]) => name === '@type')?.[1];
    const type =
      url?.kind === 'string'
        ? this.schema.messages.get(url.text.slice(url.text.lastIndexOf('/') + 1))
        : undefined;
    if (url?.kind !== 'string' || type === undefined) {
      if (members.length > 0) this.fail('Missing @type for any field');
      return;
    }
    const rest = members.filter(([name]) => name !== '@type');
    const own =
      rest.length === 1 && rest[0]?.[0] === 'value' && !type.byName.has('value') ? rest[0][1] : null;
    writer.block(1, Buffer.from(url.text));
    writer.block(2, this.message(type, own ?? { kind: 'object', members: rest }, level + 1));
  }
}

const nullEnum = 'google.protobuf.NullValue';

type Range = readonly [name: string, least: bigint, most: bigint];
const noRange: Range = ['TYPE_INT64', 0n, 0n];
const signed = (name: string, bits: bigint): Range => [name, -(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
const unsigned = (name: string, bits: bigint): Range => [name, 0n, 2n ** bits - 1n];
const ranges: { readonly [type: number]: Range } = {
  [FieldType.int64]: signed('TYPE_INT64', 64n),
  [FieldType.sint64]: signed('TYPE_SINT64', 64n),
  [FieldType.sfixed64]: signed('TYPE_SFIXED64', 64n),
  [FieldType.uint64]: unsigned('TYPE_UINT64', 64n),
  [FieldType.fixed64]: unsigned('TYPE_FIXED64', 64n),
  [FieldType.int32]: signed('TYPE_INT32', 32n),
  [FieldType.sint32]: signed('TYPE_SINT32', 32n),
  [FieldType.sfixed32]: signed('TYPE_SFIXED32', 32n),
  [FieldType.uint32]: unsigned('TYPE_UINT32', 32n),
  [FieldType.fixed32]: unsigned('TYPE_FIXED32', 32n),
};

/** `1e3` and `2.0` are whole, too. */
function wholeOf(text: string): string | null {
  if (!/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? String(value) : null;
}

function valueText(node: JsonNode): string {
  if (node.kind === 'string') return JSON.stringify(node.text);
  if (node.kind === 'number') return node.text;
  return node.kind === 'bool' ? String(node.value) : node.kind;
}
