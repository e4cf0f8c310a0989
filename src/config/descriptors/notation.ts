import type {
  EnumSchema,
  EnumValueSchema,
  FieldFlag,
  FieldSchema,
  MessageSchema,
  OneofSchema,
} from './schema.js';
import { isScalar, type Rules, type Schemas } from './schema.js';

/*
 * One line per fact, the same for the file that is built and for the hand-kept overlay:
 *
 *   message envoy.config.x.v3.Thing
 *   oneof kind required
 *   1 name string {"min_len":1}
 *   2 parts repeated .Part deprecated
 *   3 labels map<string,string> sensitive
 *   4 by_name string of kind
 *   enum envoy.config.x.v3.Thing.Part
 *   0 DEFAULT
 *
 * A leading dot stands for `google.protobuf.`. In an overlay a field replaces the one of the same number, and a oneof
 * the one of the same name.
 */

const WELL_KNOWN = 'google.protobuf.';
const FLAGS: ReadonlySet<string> = new Set(['optional', 'deprecated', 'disallowed', 'sensitive', 'hidden']);

function isFlag(word: string): word is FieldFlag {
  return FLAGS.has(word);
}

function shortType(type: string): string {
  return type.startsWith(WELL_KNOWN) ? `.${type.slice(WELL_KNOWN.length)}` : type;
}

function longType(type: string): string {
  return type.startsWith('.') ? WELL_KNOWN + type.slice(1) : type;
}

export function printField(field: FieldSchema): string {
  const words = [String(field.number), field.name];
  const type = shortType(field.type);
  if (field.label === 'map') words.push(`map<${field.keyType},${type}>`);
  else if (field.label === 'repeated') words.push('repeated', type);
  else words.push(type);
  if (field.oneof !== '') words.push('of', field.oneof);
  words.push(...field.flags);
  if (field.rules !== undefined) words.push(JSON.stringify(field.rules));
  return words.join(' ');
}

export function printMessage(message: MessageSchema): string {
  const lines = [`message ${message.name}`];
  for (const oneof of message.oneofs) lines.push(`oneof ${oneof.name}${oneof.required ? ' required' : ''}`);
  for (const field of message.fields) lines.push(printField(field));
  return lines.join('\n');
}

export function printEnum(schema: EnumSchema): string {
  const lines = schema.values.map((v) => [String(v.number), v.name, ...v.flags].join(' '));
  return [`enum ${schema.name}`, ...lines].join('\n');
}

export function printSchemas(schemas: Schemas): string {
  const parts: string[] = [];
  for (const message of schemas.messages.values()) parts.push(printMessage(message));
  for (const schema of schemas.enums.values()) parts.push(printEnum(schema));
  return `${parts.join('\n')}\n`;
}

function isRules(value: unknown): value is Rules {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseRules(text: string): Rules {
  const value: unknown = JSON.parse(text);
  if (!isRules(value)) throw new Error(`not a rules object: ${text}`);
  return value;
}

export function parseField(line: string): FieldSchema {
  const brace = line.indexOf(' {');
  const rules = brace < 0 ? undefined : parseRules(line.slice(brace + 1));
  const words = (brace < 0 ? line : line.slice(0, brace)).split(' ');
  const number = Number(words[0]);
  const name = words[1] ?? '';
  let at = 2;
  let label: FieldSchema['label'] = 'one';
  if (words[at] === 'repeated') {
    label = 'repeated';
    at++;
  }
  let type = words[at++] ?? '';
  let keyType = '';
  if (type.startsWith('map<')) {
    const comma = type.indexOf(',');
    label = 'map';
    keyType = type.slice(4, comma);
    type = type.slice(comma + 1, -1);
  }
  let oneof = '';
  if (words[at] === 'of') {
    oneof = words[at + 1] ?? '';
    at += 2;
  }
  const flags = words.slice(at).filter(isFlag);
  type = longType(type);
  if (!(number > 0) || !(isScalar(type) || type.includes('.'))) throw new Error(`not a field: ${line}`);
  return { name, number, type, label, keyType, oneof, flags, rules };
}

/** Lines below the `message` line. */
export function parseMessageBody(name: string, lines: readonly string[]): MessageSchema {
  const oneofs: OneofSchema[] = [];
  const fields: FieldSchema[] = [];
  for (const line of lines) {
    if (line.startsWith('oneof ')) {
      const words = line.split(' ');
      oneofs.push({ name: words[1] ?? '', required: words[2] === 'required' });
    } else {
      fields.push(parseField(line));
    }
  }
  return { name, oneofs, fields };
}

/** Lines below the `enum` line. */
export function parseEnumBody(name: string, lines: readonly string[]): EnumSchema {
  const values: EnumValueSchema[] = [];
  for (const line of lines) {
    const words = line.split(' ');
    values.push({ name: words[1] ?? '', number: Number(words[0]), flags: words.slice(2).filter(isFlag) });
  }
  return { name, values };
}

/** Splits a text into its messages and enums; blank lines and indentation are ignored. */
export function parseSchemas(text: string): Schemas {
  const schemas: Schemas = { messages: new Map(), enums: new Map() };
  const lines = text.split('\n').map((line) => line.trim());
  let at = 0;
  while (at < lines.length) {
    const head = lines[at++]!;
    if (head === '') continue;
    const body: string[] = [];
    for (; at < lines.length && !/^(message|enum) /.test(lines[at]!); at++)
      if (lines[at] !== '') body.push(lines[at]!);
    const name = head.slice(head.indexOf(' ') + 1);
    if (head.startsWith('message ')) schemas.messages.set(name, parseMessageBody(name, body));
    else if (head.startsWith('enum ')) schemas.enums.set(name, parseEnumBody(name, body));
    else throw new Error(`neither message nor enum: ${head}`);
  }
  return schemas;
}

/** Lays `over` on `base`: new names are added, fields, values and oneofs of known ones are added or replaced. */
export function mergeSchemas(base: Schemas, over: Schemas): void {
  for (const message of over.messages.values()) {
    const old = base.messages.get(message.name);
    if (old === undefined) {
      base.messages.set(message.name, message);
      continue;
    }
    const numbers = new Set(message.fields.map((f) => f.number));
    const oneofs = new Set(message.oneofs.map((o) => o.name));
    base.messages.set(message.name, {
      name: message.name,
      oneofs: [...old.oneofs.filter((o) => !oneofs.has(o.name)), ...message.oneofs],
      fields: [...old.fields.filter((f) => !numbers.has(f.number)), ...message.fields],
    });
  }
  for (const schema of over.enums.values()) {
    const numbers = new Set(schema.values.map((v) => v.number));
    const kept = base.enums.get(schema.name)?.values.filter((v) => !numbers.has(v.number)) ?? [];
    base.enums.set(schema.name, { name: schema.name, values: [...kept, ...schema.values] });
  }
}
