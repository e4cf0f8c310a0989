import type { FieldType, MessageType, TypeCatalog } from '../descriptors/message-type.js';
import { isScalar } from '../descriptors/schema.js';
import type { ProblemList } from '../problem-list.js';
import type { SourceText } from '../source/source-text.js';
import { WireReader } from '../source/wire-reader.js';
import { mergeField } from './merge.js';
import {
  FieldValue,
  MessageValue,
  type Place,
  type SingleValue,
  StructValue,
  typeNameOf,
} from './message-value.js';
import { zeroValue } from './scalar-values.js';
import { nodeOf } from './struct-values.js';
import { isTypedStruct, TreeBuilder, type UnknownFields } from './tree-builder.js';
import {
  wireDuration,
  wireFieldMask,
  wireScalar,
  wireStruct,
  wireTimestamp,
  wireTypeOf,
} from './wire-values.js';

const MAX_DEPTH = 100;

/** Turns binary protobuf into the same tree as a file. Offsets are those of the bytes. Throws SourceSyntaxError. */
export class WireDecoder {
  readonly #catalog: TypeCatalog;
  readonly #source: SourceText;
  readonly #problems: ProblemList;
  readonly #unknownFields: UnknownFields;

  constructor(catalog: TypeCatalog, source: SourceText, problems: ProblemList, unknownFields: UnknownFields) {
    this.#catalog = catalog;
    this.#source = source;
    this.#problems = problems;
    this.#unknownFields = unknownFields;
  }

  decode(bytes: Uint8Array, type: MessageType): MessageValue {
    return this.#message(new WireReader(bytes), type, undefined, 0);
  }

  #message(reader: WireReader, type: MessageType, place: Place | undefined, depth: number): MessageValue {
    const message = new MessageValue(type, this.#source, reader.at, place);
    this.#fields(reader, message, depth);
    return message;
  }

  #fields(reader: WireReader, message: MessageValue, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError('nested too deeply');
    while (!reader.isAtEnd) {
      const { at } = reader;
      const tag = reader.small();
      const field = message.type.fieldByNumber(tag >>> 3);
      if (field === undefined) this.#unknown(reader, message, tag, at);
      else this.#field(reader, message, field, tag & 7, depth);
    }
  }

  #unknown(reader: WireReader, message: MessageValue, tag: number, at: number): void {
    reader.skip(tag & 7);
    if (this.#unknownFields === 'ignore') return;
    const list = this.#unknownFields === 'warn' ? this.#problems.warnings : this.#problems.errors;
    list.push(
      this.#source.problem(at, message.path(), `unknown field number ${tag >>> 3} of ${message.type.name}`),
    );
  }

  #field(reader: WireReader, message: MessageValue, field: FieldType, wireType: number, depth: number): void {
    const { at } = reader;
    const known = message.fields.get(field.name)?.value;
    if (field.isMap) {
      const map = known instanceof Map ? known : new Map<string, SingleValue>();
      this.#entry(reader.part(), message, field, map, depth);
      if (known === undefined) message.fields.set(field.name, new FieldValue(field, this.#source, at, map));
    } else if (field.isList) {
      const items = Array.isArray(known) ? known : [];
      this.#items(reader, message, field, wireType, items, depth);
      if (known === undefined) message.fields.set(field.name, new FieldValue(field, this.#source, at, items));
    } else {
      const value = this.#single(reader, message, field, undefined, depth);
      this.#displace(message, field);
      mergeField(message, new FieldValue(field, this.#source, at, value));
    }
  }

  /** The last member of a oneof counts. */
  #displace(message: MessageValue, field: FieldType): void {
    const { oneof } = field.schema;
    if (oneof === '') return;
    for (const other of [...message.fields.values()]) {
      if (other.type !== field && other.type.schema.oneof === oneof) message.fields.delete(other.type.name);
    }
  }

  /** One element, or many that are packed. */
  #items(
    reader: WireReader,
    message: MessageValue,
    field: FieldType,
    wireType: number,
    into: SingleValue[],
    depth: number,
  ): void {
    const isNumeric = field.kind === 'enum' || (field.kind === 'scalar' && wireTypeOf(field.scalar) !== 2);
    if (!isNumeric || wireType !== 2) {
      into.push(this.#single(reader, message, field, into.length, depth));
      return;
    }
    const packed = reader.part();
    while (!packed.isAtEnd) into.push(this.#single(packed, message, field, into.length, depth));
  }

  #entry(
    reader: WireReader,
    message: MessageValue,
    field: FieldType,
    into: Map<string, SingleValue>,
    depth: number,
  ): void {
    let key = '';
    let value: SingleValue | undefined;
    const { keyType } = field.schema;
    while (!reader.isAtEnd) {
      const tag = reader.small();
      if (tag >>> 3 === 1) key = String(wireScalar(isScalar(keyType) ? keyType : 'string', reader));
      else if (tag >>> 3 === 2) value = this.#single(reader, message, field, key, depth);
      else reader.skip(tag & 7);
    }
    into.set(key, value ?? this.#single(new WireReader(EMPTY_PART), message, field, key, depth));
  }

  #single(
    reader: WireReader,
    message: MessageValue,
    field: FieldType,
    step: Place['step'],
    depth: number,
  ): SingleValue {
    const place: Place = { parent: message, field: field.name, step };
    switch (field.kind) {
      case 'scalar':
        return wireScalar(field.scalar, reader);
      case 'enum':
        return Number(BigInt.asIntN(32, reader.varint()));
      case 'wrapper':
        return wrapped(reader.part(), field);
      case 'duration':
        return wireDuration(reader.part());
      case 'text':
        return field.schema.type === 'google.protobuf.Timestamp'
          ? wireTimestamp(reader.part())
          : wireFieldMask(reader.part());
      case 'struct':
        return new StructValue(wireStruct(field.schema.type, reader.part()));
      case 'any':
        return this.#any(reader.part(), field.message, place, depth + 1);
      case 'message':
        return this.#message(reader.part(), field.message, place, depth + 1);
    }
  }

  #any(reader: WireReader, type: MessageType, place: Place, depth: number): MessageValue {
    const any = new MessageValue(type, this.#source, reader.at, place);
    let content = new WireReader(EMPTY_PART, 0, 0);
    while (!reader.isAtEnd) {
      const tag = reader.small();
      if (tag === 10) any.typeUrl = new TextDecoder().decode(reader.part().rest());
      else if (tag === 18) content = reader.part();
      else reader.skip(tag & 7);
    }
    const inner = any.typeUrl === '' ? undefined : this.#catalog.message(typeNameOf(any.typeUrl));
    if (inner === undefined) return any;
    any.inner = this.#message(content, inner, place, depth);
    if (isTypedStruct(inner.name)) this.#unwrap(any, any.inner);
    return any;
  }

  #unwrap(any: MessageValue, wrapper: MessageValue): void {
    const url = wrapper.fields.get('type_url')?.value;
    const struct = wrapper.fields.get('value')?.value;
    if (typeof url !== 'string') return;
    any.typedStruct = wrapper;
    any.typeUrl = url;
    any.inner = undefined;
    const type = this.#catalog.message(typeNameOf(url));
    if (type === undefined) return;
    const node = nodeOf(struct instanceof StructValue ? struct.plain : {}, wrapper.at);
    const builder = new TreeBuilder(this.#catalog, this.#source, this.#problems, this.#unknownFields);
    any.inner = builder.message(node, type, { parent: wrapper, field: 'value', step: undefined });
  }
}

/** A length of zero, and the zero of every varint: what an absent map value reads as. */
const EMPTY_PART = new Uint8Array(8);

function wrapped(reader: WireReader, field: FieldType): SingleValue {
  let value = zeroValue(field.scalar);
  while (!reader.isAtEnd) {
    const tag = reader.small();
    if (tag >>> 3 === 1) value = wireScalar(field.scalar, reader);
    else reader.skip(tag & 7);
  }
  return value;
}
