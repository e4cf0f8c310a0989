import type { FieldType, MessageType, TypeCatalog } from '../descriptors/message-type.js';
import { foreignCodeHint, isForeignCode } from '../foreign-code.js';
import { didYouMean, nearest } from '../nearest.js';
import type { ProblemList } from '../problem-list.js';
import {
  describeNode,
  entryOf,
  type MapEntry,
  type MapNode,
  type SourceNode,
} from '../source/source-node.js';
import type { SourceText } from '../source/source-text.js';
import { mergeField } from './merge.js';
import {
  DurationValue,
  FieldValue,
  MessageValue,
  type Place,
  type SingleValue,
  StructValue,
  typeNameOf,
  type Value,
} from './message-value.js';
import { durationValue, enumValue, Mistake, scalarValue, zeroValue } from './scalar-values.js';
import { plainOf } from './struct-values.js';
import { textProtoEntry, textProtoStruct } from './text-proto-values.js';

/** What to do about a field that the type does not have. */
export type UnknownFields = 'reject' | 'warn' | 'ignore';

const TYPED_STRUCTS: ReadonlySet<string> = new Set(['xds.type.v3.TypedStruct', 'udpa.type.v1.TypedStruct']);
/** Whether messages of that type stand for the type they name. */
export function isTypedStruct(typeName: string): boolean {
  return TYPED_STRUCTS.has(typeName);
}

/** Durations are held in 64-bit nanoseconds. */
const MAX_DURATION_SECONDS = 9_223_372_036;

/** Turns what stands in a file into messages of known types, telling every mistake on the way. */
export class TreeBuilder {
  readonly #catalog: TypeCatalog;
  readonly #source: SourceText;
  readonly #problems: ProblemList;
  readonly #unknownFields: UnknownFields;
  /** Maps and Structs have another form in text protobuf. */
  readonly #isTextProto: boolean;
  readonly #toldDeprecated = new Set<string>();

  constructor(
    catalog: TypeCatalog,
    source: SourceText,
    problems: ProblemList,
    unknownFields: UnknownFields,
    isTextProto = false,
  ) {
    this.#catalog = catalog;
    this.#source = source;
    this.#problems = problems;
    this.#unknownFields = unknownFields;
    this.#isTextProto = isTextProto;
  }

  /** A message at its place; what is not an object becomes an empty message, and a problem. */
  message(node: SourceNode, type: MessageType, place: Place | undefined): MessageValue {
    const message = new MessageValue(type, this.#source, node.at, place);
    if (node.kind === 'map') this.#fields(message, node, '');
    else if (node.kind !== 'scalar' || node.sort !== 'null') {
      this.#error(node.at, message.path(), `expected an object (${type.name}), found ${describeNode(node)}`);
      message.isBroken = true;
    }
    return message;
  }

  #error(at: number, path: string, text: string): void {
    this.#problems.errors.push(this.#source.problem(at, path, text));
  }

  #fields(message: MessageValue, node: MapNode, skippedKey: string): void {
    for (const entry of node.entries) {
      if (entry.key === skippedKey) continue;
      const field = message.type.field(entry.key);
      if (field === undefined) this.#unknownField(message, entry);
      else if (!isNull(entry.value) || field.schema.type === 'google.protobuf.Value')
        this.#field(message, field, entry);
    }
  }

  #unknownField(message: MessageValue, entry: MapEntry): void {
    if (this.#unknownFields === 'ignore') return;
    const meant = nearest(entry.key, message.type.fieldNames());
    // It need not be missed as well.
    if (meant !== undefined) message.markBroken(meant);
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    const text = `unknown field "${entry.key}" of ${message.type.name}${hint}`;
    const list = this.#unknownFields === 'warn' ? this.#problems.warnings : this.#problems.errors;
    list.push(this.#source.problem(entry.keyAt, message.pathOf(entry.key), text));
  }

  #field(message: MessageValue, field: FieldType, entry: MapEntry): void {
    const path = field.isDeprecated || field.isDisallowed ? message.pathOf(field.name) : '';
    if (field.isDisallowed)
      this.#error(entry.keyAt, path, `"${field.name}" is deprecated and no longer allowed`);
    else if (field.isDeprecated) this.#warnOnce(entry.keyAt, path, message.type.name, field.name);
    this.#oneofConflict(message, field, entry);
    const value = this.#value(message, field, entry.value);
    if (value === undefined) {
      message.markBroken(field.name);
      return;
    }
    const added = new FieldValue(field, this.#source, entry.keyAt, value);
    if (message.fields.has(field.name)) mergeField(message, added);
    else message.fields.set(field.name, added);
  }

  #warnOnce(at: number, path: string, owner: string, name: string): void {
    const full = `${owner}.${name}`;
    if (this.#toldDeprecated.has(full)) return;
    this.#toldDeprecated.add(full);
    this.#problems.warnings.push(this.#source.problem(at, path, `"${full}" is deprecated`));
  }

  #oneofConflict(message: MessageValue, field: FieldType, entry: MapEntry): void {
    const { oneof } = field.schema;
    if (oneof === '') return;
    for (const other of message.fields.values()) {
      if (other.type.schema.oneof !== oneof || other.type === field) continue;
      const where = this.#source.position(other.at);
      const text = `"${field.name}" and "${other.type.name}" (line ${where.line}) exclude each other; give one "${oneof}"`;
      this.#error(entry.keyAt, message.pathOf(field.name), text);
      return;
    }
  }

  /** Undefined when nothing usable stands there; the reason has been told. */
  #value(message: MessageValue, field: FieldType, node: SourceNode): Value | undefined {
    if (field.isMap) return this.#map(message, field, node);
    if (!field.isList) return this.#single(message, field, node, undefined);
    const items: SingleValue[] = [];
    this.#listItems(message, field, node, items);
    return items;
  }

  /** One value stands for a list of one, and nested lists are flattened. */
  #listItems(message: MessageValue, field: FieldType, node: SourceNode, into: SingleValue[]): void {
    if (node.kind === 'list' && field.schema.type !== 'google.protobuf.ListValue') {
      for (const item of node.items) this.#listItems(message, field, item, into);
      return;
    }
    const known = message.fields.get(field.name)?.value;
    const step = into.length + (Array.isArray(known) ? known.length : 0);
    const value = this.#single(message, field, node, step);
    if (value !== undefined) into.push(value);
  }

  #map(message: MessageValue, field: FieldType, node: SourceNode): Value | undefined {
    if (node.kind !== 'map') {
      this.#error(
        node.at,
        message.pathOf(field.name),
        `expected an object of keys and values, found ${describeNode(node)}`,
      );
      return undefined;
    }
    const map = new Map<string, SingleValue>();
    const entries = this.#isTextProto ? [textProtoEntry(node)] : node.entries;
    for (const { key, keyAt, value: inner } of entries) {
      const value = this.#single(message, field, inner, key);
      if (field.schema.keyType !== 'string' && !/^(-?\d+|true|false)$/.test(key)) {
        this.#error(keyAt, message.pathOf(field.name, key), `expected a key of type ${field.schema.keyType}`);
      }
      if (value !== undefined) map.set(key, value);
    }
    return map;
  }

  #single(
    message: MessageValue,
    field: FieldType,
    node: SourceNode,
    step: Place['step'],
  ): SingleValue | undefined {
    const value = this.#convert(message, field, node, step);
    if (!(value instanceof Mistake)) return value;
    this.#error(node.at, message.pathOf(field.name, step), value.text);
    return undefined;
  }

  #convert(
    message: MessageValue,
    field: FieldType,
    node: SourceNode,
    step: Place['step'],
  ): SingleValue | Mistake {
    switch (field.kind) {
      case 'message':
        return this.message(node, field.message, { parent: message, field: field.name, step });
      case 'any':
        return this.#any(node, field.message, { parent: message, field: field.name, step });
      case 'struct':
        if (this.#isTextProto) return new StructValue(textProtoStruct(field.schema.type, node));
        return structValue(field.schema.type, node);
      case 'duration':
        return this.#duration(message, field, node, step);
      case 'wrapper':
        if (node.kind === 'map') return this.#wrapped(message, field, node, step);
        return plainScalar(field, node);
      case 'enum':
        if (node.kind === 'scalar') return isNull(node) ? 0 : enumValue(field.enum, node);
        return new Mistake(`expected a value of ${field.schema.type}, found ${describeNode(node)}`);
      default:
        return plainScalar(field, node);
    }
  }

  /** The long form of a wrapper, `{ value: 5 }`. */
  #wrapped(
    message: MessageValue,
    field: FieldType,
    node: MapNode,
    step: Place['step'],
  ): SingleValue | Mistake {
    this.#onlyKeys(message, field, node, step, ['value']);
    const entry = entryOf(node, 'value');
    return entry === undefined ? zeroValue(field.scalar) : plainScalar(field, entry.value);
  }

  #duration(
    message: MessageValue,
    field: FieldType,
    node: SourceNode,
    step: Place['step'],
  ): SingleValue | Mistake {
    let value: DurationValue | Mistake;
    if (node.kind === 'map') {
      this.#onlyKeys(message, field, node, step, ['seconds', 'nanos']);
      value = durationParts(node);
    } else if (node.kind === 'scalar') {
      value = durationValue(node);
    } else {
      value = new Mistake(`expected a duration such as "0.25s", found ${describeNode(node)}`);
    }
    if (value instanceof Mistake) return value;
    if (value.seconds < 0 || value.nanos < 0) return new Mistake('expected a duration of 0s or more');
    return value.seconds <= MAX_DURATION_SECONDS
      ? value
      : new Mistake('expected a duration of at most 9223372036s');
  }

  #onlyKeys(
    message: MessageValue,
    field: FieldType,
    node: MapNode,
    step: Place['step'],
    keys: readonly string[],
  ): void {
    for (const { key, keyAt } of node.entries) {
      if (keys.includes(key)) continue;
      const path = `${message.pathOf(field.name, step)}.${key}`;
      this.#error(keyAt, path, `unknown field "${key}" of ${field.schema.type}${didYouMean(key, keys)}`);
    }
  }

  #any(node: SourceNode, type: MessageType, place: Place): MessageValue {
    const any = new MessageValue(type, this.#source, node.at, place);
    if (isNull(node)) return any;
    const path = place.parent.pathOf(place.field, place.step);
    if (node.kind !== 'map') {
      this.#error(node.at, path, `expected an object with "@type", found ${describeNode(node)}`);
      return any;
    }
    if (node.entries.length === 0) return any;
    const entry = entryOf(node, '@type');
    if (entry === undefined || entry.value.kind !== 'scalar' || entry.value.sort !== 'string') {
      this.#error(
        entry?.value.at ?? node.at,
        path,
        'expected "@type" with a type URL, "type.googleapis.com/<type>"',
      );
      return any;
    }
    const inner = this.#typed(entry.value.text, entry.value.at, place, path);
    any.typeUrl = entry.value.text;
    if (inner === undefined) return any;
    any.inner = new MessageValue(inner, this.#source, node.at, place);
    this.#fields(any.inner, node, '@type');
    if (isTypedStruct(inner.name)) this.#unwrap(any, node, place);
    return any;
  }

  #typed(url: string, at: number, place: Place, path: string): MessageType | undefined {
    const name = typeNameOf(url);
    const isUrl = url.includes('/');
    const type = isUrl ? this.#catalog.message(name) : undefined;
    if (type !== undefined) return type;
    if (!isUrl && this.#catalog.message(name) !== undefined) {
      this.#error(at, `${path}.@type`, `expected a type URL; did you mean "type.googleapis.com/${name}"?`);
      return undefined;
    }
    const named = place.parent.fields.get('name')?.value;
    const label = typeof named === 'string' ? named : '';
    const text = `Didn't find a registered implementation for '${label}' with type URL: '${url}'`;
    const why = isForeignCode(name)
      ? `: ${foreignCodeHint}`
      : `; no such type${didYouMean(name, this.#catalog.messageNames())}`;
    this.#error(at, `${path}.@type`, text + why);
    return undefined;
  }

  /** A TypedStruct stands for the type it names. */
  #unwrap(any: MessageValue, node: MapNode, place: Place): void {
    const wrapper = any.inner;
    const url = wrapper?.fields.get('type_url')?.value;
    if (wrapper === undefined || typeof url !== 'string') return;
    any.typedStruct = wrapper;
    any.typeUrl = url;
    any.inner = undefined;
    // Whether an unknown type is a mistake is for the reader to say, who knows of is_optional.
    const type = this.#catalog.message(typeNameOf(url));
    if (type === undefined) return;
    const content = entryOf(node, 'value')?.value ?? { kind: 'map', at: node.at, entries: [] };
    any.inner = this.message(content, type, { parent: wrapper, field: 'value', step: undefined });
    wrapper.place = place;
  }
}

function isNull(node: SourceNode): boolean {
  return node.kind === 'scalar' && node.sort === 'null';
}

function plainScalar(field: FieldType, node: SourceNode): SingleValue | Mistake {
  if (node.kind === 'scalar') return isNull(node) ? zeroValue(field.scalar) : scalarValue(field.scalar, node);
  return new Mistake(`expected a value of type ${field.scalar}, found ${describeNode(node)}`);
}

function structValue(type: string, node: SourceNode): StructValue | Mistake {
  if (type === 'google.protobuf.Struct' && node.kind !== 'map') {
    return new Mistake(`expected an object, found ${describeNode(node)}`);
  }
  if (type === 'google.protobuf.ListValue' && node.kind !== 'list') {
    return new Mistake(`expected a list, found ${describeNode(node)}`);
  }
  return new StructValue(plainOf(node));
}

function durationParts(node: MapNode): DurationValue | Mistake {
  const part = (key: string, type: 'int64' | 'int32'): SingleValue | Mistake => {
    const value = entryOf(node, key)?.value;
    if (value === undefined) return 0;
    if (value.kind === 'scalar' && !isNull(value)) return scalarValue(type, value);
    return isNull(value) ? 0 : new Mistake(`expected ${key}, found ${describeNode(value)}`);
  };
  const seconds = part('seconds', 'int64');
  const nanos = part('nanos', 'int32');
  if (seconds instanceof Mistake) return seconds;
  if (nanos instanceof Mistake) return nanos;
  if (Math.abs(Number(nanos)) > 999_999_999) return new Mistake('expected nanos below 1000000000');
  return new DurationValue(Number(seconds), Number(nanos));
}
