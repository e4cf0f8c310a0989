import { loadDescriptors } from './load-descriptors.js';
import { parseEnumBody, parseMessageBody } from './notation.js';
import {
  type FieldSchema,
  isScalar,
  type MessageSchema,
  type OneofSchema,
  type ScalarType,
} from './schema.js';

/** How a field's values are written in a file, beyond its label. */
export type FieldKind = 'scalar' | 'enum' | 'wrapper' | 'duration' | 'text' | 'any' | 'struct' | 'message';

const WRAPPERS: Readonly<Record<string, ScalarType>> = {
  'google.protobuf.DoubleValue': 'double',
  'google.protobuf.FloatValue': 'float',
  'google.protobuf.Int64Value': 'int64',
  'google.protobuf.UInt64Value': 'uint64',
  'google.protobuf.Int32Value': 'int32',
  'google.protobuf.UInt32Value': 'uint32',
  'google.protobuf.BoolValue': 'bool',
  'google.protobuf.StringValue': 'string',
  'google.protobuf.BytesValue': 'bytes',
};

const SPECIAL: Readonly<Record<string, FieldKind>> = {
  'google.protobuf.Duration': 'duration',
  'google.protobuf.Timestamp': 'text',
  'google.protobuf.FieldMask': 'text',
  'google.protobuf.Any': 'any',
  'google.protobuf.Struct': 'struct',
  'google.protobuf.Value': 'struct',
  'google.protobuf.ListValue': 'struct',
};

/** `lb_policy` → `lbPolicy`, as protobuf's JSON mapping does. */
function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export class EnumType {
  readonly name: string;
  readonly #byNumber = new Map<number, string>();
  readonly #byName = new Map<string, number>();
  readonly #disallowed = new Set<number>();
  readonly #deprecated = new Set<number>();

  constructor(name: string, lines: readonly string[]) {
    this.name = name;
    for (const value of parseEnumBody(name, lines).values) {
      if (!this.#byNumber.has(value.number)) this.#byNumber.set(value.number, value.name);
      this.#byName.set(value.name.toUpperCase(), value.number);
      if (value.flags.includes('disallowed')) this.#disallowed.add(value.number);
      if (value.flags.includes('deprecated')) this.#deprecated.add(value.number);
    }
  }

  names(): readonly string[] {
    return [...this.#byNumber.values()];
  }

  nameOf(number: number): string | undefined {
    return this.#byNumber.get(number);
  }

  /** Case does not count. */
  numberOf(name: string): number | undefined {
    return this.#byName.get(name.toUpperCase());
  }

  isDisallowed(number: number): boolean {
    return this.#disallowed.has(number);
  }

  isDeprecated(number: number): boolean {
    return this.#deprecated.has(number);
  }
}

export class FieldType {
  readonly schema: FieldSchema;
  readonly name: string;
  readonly jsonName: string;
  readonly kind: FieldKind;
  readonly isList: boolean;
  readonly isMap: boolean;
  /** Absence differs from the zero value. */
  readonly hasPresence: boolean;
  readonly isDeprecated: boolean;
  readonly isDisallowed: boolean;
  readonly isSensitive: boolean;
  /** Type of the value, wrappers unwrapped; meaningful for scalars and wrappers. */
  readonly scalar: ScalarType;
  readonly #catalog: TypeCatalog;

  constructor(schema: FieldSchema, catalog: TypeCatalog) {
    const { type, flags } = schema;
    const wrapped = WRAPPERS[type];
    this.schema = schema;
    this.name = schema.name;
    this.jsonName = camelCase(schema.name);
    if (isScalar(type)) this.kind = 'scalar';
    else if (wrapped !== undefined) this.kind = 'wrapper';
    else this.kind = SPECIAL[type] ?? (catalog.isEnum(type) ? 'enum' : 'message');
    this.isList = schema.label === 'repeated';
    this.isMap = schema.label === 'map';
    const isPlain = this.kind === 'scalar' || this.kind === 'enum';
    const isSingle = schema.label === 'one';
    this.hasPresence = isSingle && (!isPlain || schema.oneof !== '' || flags.includes('optional'));
    this.isDeprecated = flags.includes('deprecated');
    this.isDisallowed = flags.includes('disallowed');
    this.isSensitive = flags.includes('sensitive');
    this.scalar = isScalar(type) ? type : (wrapped ?? 'string');
    this.#catalog = catalog;
  }

  get message(): MessageType {
    return this.#catalog.messageOrEmpty(this.schema.type);
  }

  get enum(): EnumType {
    return this.#catalog.enum(this.schema.type);
  }
}

export class MessageType {
  readonly name: string;
  readonly fields: readonly FieldType[];
  readonly oneofs: readonly OneofSchema[];
  /** Some rule or required oneof needs a look even at an empty message. */
  readonly hasRules: boolean;
  readonly #byName = new Map<string, FieldType>();
  #byNumber: Map<number, FieldType> | undefined = undefined;

  constructor(schema: MessageSchema, catalog: TypeCatalog) {
    this.name = schema.name;
    this.fields = schema.fields.map((field) => new FieldType(field, catalog));
    this.oneofs = schema.oneofs;
    for (const field of this.fields) {
      this.#byName.set(field.jsonName, field);
      this.#byName.set(field.name, field);
    }
    this.hasRules = schema.oneofs.length > 0 || schema.fields.some((field) => field.rules !== undefined);
  }

  /** By snake_case or lowerCamelCase name. */
  field(name: string): FieldType | undefined {
    return this.#byName.get(name);
  }

  /** By number, for the binary form. */
  fieldByNumber(number: number): FieldType | undefined {
    this.#byNumber ??= new Map(this.fields.map((field) => [field.schema.number, field]));
    return this.#byNumber.get(number);
  }

  fieldNames(): readonly string[] {
    return this.fields.map((field) => field.name);
  }
}

/** Types with a JSON form of their own; inside an Any that form stands under `value`. */
function isOwnForm(name: string): boolean {
  return WRAPPERS[name] !== undefined || SPECIAL[name] !== undefined;
}

const EMPTY_TYPES: ReadonlySet<string> = new Set(['google.protobuf.Empty']);

/** Every type of the v3 API by full name; each is read from the text when it is first asked for. */
export class TypeCatalog {
  readonly #text: string;
  readonly #sections = new Map<
    string,
    { readonly isEnum: boolean; readonly from: number; readonly to: number }
  >();
  readonly #messages = new Map<string, MessageType>();
  readonly #enums = new Map<string, EnumType>();

  constructor(text: string) {
    this.#text = text;
    const heads = [...text.matchAll(/^(message|enum) (.+)$/gm)];
    for (const [index, head] of heads.entries()) {
      const to = heads[index + 1]?.index ?? text.length;
      this.#sections.set(head[2]!, { isEnum: head[1] === 'enum', from: head.index + head[0].length, to });
    }
  }

  isEnum(name: string): boolean {
    return this.#sections.get(name)?.isEnum === true;
  }

  message(name: string): MessageType | undefined {
    const known = this.#messages.get(name);
    if (known !== undefined) return known;
    const lines = isOwnForm(name) ? [`1 value ${name}`] : this.#lines(name, false);
    if (lines === undefined) return undefined;
    const type = new MessageType(parseMessageBody(name, lines), this);
    this.#messages.set(name, type);
    return type;
  }

  messageOrEmpty(name: string): MessageType {
    return this.message(name) ?? new MessageType({ name, oneofs: [], fields: [] }, this);
  }

  enum(name: string): EnumType {
    let type = this.#enums.get(name);
    if (type === undefined) this.#enums.set(name, (type = new EnumType(name, this.#lines(name, true) ?? [])));
    return type;
  }

  /** Names of all messages, for "did you mean". */
  messageNames(): readonly string[] {
    return [...this.#sections].filter(([, section]) => !section.isEnum).map(([name]) => name);
  }

  #lines(name: string, isEnum: boolean): readonly string[] | undefined {
    const section = this.#sections.get(name);
    if (section === undefined) return isEnum || EMPTY_TYPES.has(name) ? [] : undefined;
    if (section.isEnum !== isEnum) return undefined;
    return this.#text
      .slice(section.from, section.to)
      .split('\n')
      .filter((line) => line !== '');
  }
}

let shared: TypeCatalog | undefined;

/** The catalog of this build, loaded on first use. */
export function typeCatalog(): TypeCatalog {
  shared ??= new TypeCatalog(loadDescriptors());
  return shared;
}
