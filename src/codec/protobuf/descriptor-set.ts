import type { EnumSchema, FieldSchema, HttpRule, MessageSchema, MethodSchema, Schema } from './schema.js';
import { FieldType } from './schema.js';
import { WireReader, WireType } from './wire-reader.js';

/** Fields of one message as they came: numbers, and blocks. */
type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

/** `(google.api.http)` in `MethodOptions`. */
const httpOption = 72295728;
const patterns: readonly (readonly [number: number, method: string])[] = [
  [2, 'GET'],
  [3, 'PUT'],
  [4, 'POST'],
  [5, 'DELETE'],
  [6, 'PATCH'],
];

/** Decodes a `FileDescriptorSet`; null when it is none. */
export function readDescriptorSet(bytes: Buffer): Schema | null {
  const reading = new DescriptorReading();
  const set = reading.fields(bytes);
  for (const file of reading.blocks(set, 1)) reading.file(reading.fields(file));
  return reading.isBroken ? null : reading.finish();
}

interface Service {
  readonly name: string;
  readonly methods: readonly Fields[];
}

class DescriptorReading {
  isBroken: boolean;
  private readonly messages: Map<string, MessageSchema>;
  private readonly enums: Map<string, EnumSchema>;
  private readonly services: Service[];

  constructor() {
    this.isBroken = false;
    this.messages = new Map();
    this.enums = new Map();
    this.services = [];
  }

  fields(bytes: Buffer): Fields {
    const reader = new WireReader(bytes);
    const found = new Map<number, (bigint | Buffer)[]>();
    while (!reader.isAtEnd) {
      const tag = reader.tag();
      const wireType = tag & 7;
      let value: bigint | Buffer = 0n;
      if (wireType === WireType.varint) value = reader.varint();
      else if (wireType === WireType.bytes) value = reader.block();
      else reader.skip(wireType);
      const list = found.get(tag >>> 3);
      if (list === undefined) found.set(tag >>> 3, [value]);
      else list.push(value);
    }
    if (reader.isBroken) this.isBroken = true;
    return found;
  }

  blocks(fields: Fields, number: number): Buffer[] {
    return (fields.get(number) ?? []).filter((value): value is Buffer => typeof value !== 'bigint');
  }

  file(file: Fields): void {
    const root = this.text(file, 2);
    const prefix = root === '' ? '' : `${root}.`;
    const isProto3 = this.text(file, 12) === 'proto3';
    for (const message of this.blocks(file, 4)) this.message(prefix, this.fields(message), isProto3);
    for (const enumeration of this.blocks(file, 5)) this.enumeration(prefix, this.fields(enumeration));
    for (const service of this.blocks(file, 6)) {
      const fields = this.fields(service);
      const methods = this.blocks(fields, 2).map((method) => this.fields(method));
      this.services.push({ name: prefix + this.text(fields, 1), methods });
    }
  }

  /** Names become what they stand for. */
  finish(): Schema | null {
    for (const { fields } of this.messages.values()) {
      for (const field of fields) {
        field.message = this.messages.get(field.typeName) ?? null;
        field.enumeration = this.enums.get(field.typeName) ?? null;
        if (field.typeName !== '' && field.message === null && field.enumeration === null) return null;
      }
    }
    const services = new Map<string, readonly MethodSchema[]>();
    for (const { name, methods } of this.services) {
      const known = methods.map((method) => this.method(name, method));
      if (known.includes(null)) return null;
      services.set(
        name,
        known.filter((method) => method !== null),
      );
    }
    return this.isBroken ? null : { messages: this.messages, services };
  }

  private text(fields: Fields, number: number): string {
    return this.blocks(fields, number).at(-1)?.toString() ?? '';
  }

  private number(fields: Fields, number: number): number {
    const value = fields.get(number)?.at(-1);
    return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : 0;
  }

  private message(prefix: string, message: Fields, isProto3: boolean): void {
    const name = prefix + this.text(message, 1);
    const options = this.blocks(message, 7).map((block) => this.fields(block));
    const fields = this.blocks(message, 2).map((field) => this.field(this.fields(field), isProto3));
    const byName = new Map(fields.map((field) => [field.name, field]));
    for (const field of fields) byName.set(field.jsonName, field);
    this.messages.set(name, {
      name,
      isMapEntry: options.some((one) => this.number(one, 7) === 1),
      fields,
      byNumber: new Map(fields.map((field) => [field.number, field])),
      byName,
    });
    for (const nested of this.blocks(message, 3)) this.message(`${name}.`, this.fields(nested), isProto3);
    for (const nested of this.blocks(message, 4)) this.enumeration(`${name}.`, this.fields(nested));
  }

  private field(field: Fields, isProto3: boolean): FieldSchema {
    const name = this.text(field, 1);
    const type = this.number(field, 5);
    const isRepeated = this.number(field, 4) === 3;
    return {
      name,
      jsonName: this.text(field, 10) || camelCase(name),
      number: this.number(field, 3),
      type,
      isRepeated,
      hasPresence: !isRepeated && (!isProto3 || type === FieldType.message || field.has(9)),
      typeName: this.text(field, 6).replace(/^\./, ''),
      message: null,
      enumeration: null,
    };
  }

  private enumeration(prefix: string, fields: Fields): void {
    const name = prefix + this.text(fields, 1);
    const names = new Map<number, string>();
    const numbers = new Map<string, number>();
    for (const block of this.blocks(fields, 2)) {
      const value = this.fields(block);
      const number = this.number(value, 2);
      if (!names.has(number)) names.set(number, this.text(value, 1));
      numbers.set(this.text(value, 1), number);
    }
    this.enums.set(name, { name, names, numbers });
  }

  private method(service: string, method: Fields): MethodSchema | null {
    const name = this.text(method, 1);
    const input = this.messages.get(this.text(method, 2).replace(/^\./, ''));
    const output = this.messages.get(this.text(method, 3).replace(/^\./, ''));
    if (input === undefined || output === undefined) return null;
    const options = this.blocks(method, 4).map((block) => this.fields(block));
    const rules = options.flatMap((one) => this.blocks(one, httpOption)).flatMap((rule) => this.rules(rule));
    return {
      name,
      path: `/${service}/${name}`,
      input,
      output,
      streamsIn: this.number(method, 5) === 1,
      streamsOut: this.number(method, 6) === 1,
      rules,
    };
  }

  private rules(bytes: Buffer): HttpRule[] {
    const rule = this.fields(bytes);
    const rest = { body: this.text(rule, 7), responseBody: this.text(rule, 12) };
    const found: HttpRule[] = [];
    for (const [number, method] of patterns) {
      if (rule.has(number)) found.push({ method, path: this.text(rule, number), ...rest });
    }
    for (const block of this.blocks(rule, 8)) {
      const custom = this.fields(block);
      found.push({ method: this.text(custom, 1), path: this.text(custom, 2), ...rest });
    }
    return [...found, ...this.blocks(rule, 11).flatMap((binding) => this.rules(binding))];
  }
}

/** The name that JSON has for a field whose file gives none. */
function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9]?)/gi, (_, letter: string) => letter.toUpperCase());
}
