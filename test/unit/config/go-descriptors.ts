import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { flattenRules } from '../../../src/config/descriptors/rules.js';
import type { EnumSchema, FieldFlag, FieldSchema, Schemas } from '../../../src/config/descriptors/schema.js';

/** Reads the file descriptors that generated Go code embeds as string constants; needs no Go toolchain. */

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '"': 34,
};

function unquote(literal: string, into: number[]): void {
  for (let i = 0; i < literal.length; i++) {
    const c = literal[i]!;
    if (c !== '\\') {
      const code = literal.codePointAt(i)!;
      if (code < 0x80) into.push(code);
      else into.push(...Buffer.from(String.fromCodePoint(code)));
      if (code > 0xffff) i++;
      continue;
    }
    const e = literal[++i]!;
    const plain = ESCAPES[e];
    if (plain !== undefined) {
      into.push(plain);
    } else if (e === 'x') {
      into.push(Number.parseInt(literal.slice(i + 1, i + 3), 16));
      i += 2;
    } else if (e === 'u' || e === 'U') {
      const width = e === 'u' ? 4 : 8;
      into.push(
        ...Buffer.from(String.fromCodePoint(Number.parseInt(literal.slice(i + 1, i + 1 + width), 16))),
      );
      i += width;
    } else {
      into.push(Number.parseInt(literal.slice(i, i + 3), 8));
      i += 2;
    }
  }
}

/** The serialized FileDescriptorProto of one `.pb.go` file. */
export function rawDescriptor(goSource: string): Uint8Array | undefined {
  const start = goSource.search(/_rawDesc = ("|\[\]byte)/);
  if (start < 0) return undefined;
  const bytes: number[] = [];
  const lines = goSource.slice(start).split('\n');
  if (lines[0]!.includes('[]byte')) {
    for (const line of lines.slice(1)) {
      if (line === '}') break;
      for (const hex of line.matchAll(/0x([0-9a-f]{2})/g)) bytes.push(Number.parseInt(hex[1]!, 16));
    }
    return Uint8Array.from(bytes);
  }
  for (const line of lines) {
    const quoted = /"(.*)"( \+)?$/.exec(line);
    if (quoted !== null) unquote(quoted[1]!, bytes);
    if (quoted === null || quoted[2] === undefined) break;
  }
  return Uint8Array.from(bytes);
}

interface Named {
  name?: string;
  options?: Readonly<Record<string, unknown>>;
}
interface FieldDescriptor extends Named {
  number: number;
  type: string;
  typeName?: string;
  label?: string;
  oneofIndex?: number;
  proto3Optional?: boolean;
}
interface EnumDescriptor extends Named {
  value?: (Named & { number?: number })[];
}
interface MessageDescriptor extends Named {
  field?: FieldDescriptor[];
  oneofDecl?: Named[];
  nestedType?: MessageDescriptor[];
  enumType?: EnumDescriptor[];
}
interface FileDescriptor {
  package?: string;
  messageType?: MessageDescriptor[];
  enumType?: EnumDescriptor[];
}

const NUMERIC = ['Int32', 'Int64', 'UInt32', 'UInt64', 'Float', 'Double'];

function descriptorRoot(nodeModules: string): protobuf.Root {
  const deps = join(nodeModules, '@grpc/grpc-js-xds/deps');
  const roots = ['envoy-api', 'xds', 'protoc-gen-validate'].map((name) => join(deps, name));
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    if (target.startsWith('google/')) return join(nodeModules, 'protobufjs', target);
    const folder = target.startsWith('validate')
      ? roots[2]!
      : target.startsWith('envoy')
        ? roots[0]!
        : roots[1]!;
    return join(folder, target);
  };
  root.loadSync(
    ['deprecation', 'resource']
      .map((name) => `envoy/annotations/${name}.proto`)
      .concat('validate/validate.proto', 'udpa/annotations/sensitive.proto'),
  );
  root.resolveAll();
  // The installed validate.proto is older than this rule.
  for (const kind of NUMERIC)
    root.lookupType(`validate.${kind}Rules`).add(new protobuf.Field('ignoreEmpty', 8, 'bool'));
  root.lookupType('validate.StringRules').add(new protobuf.Field('ignoreEmpty', 26, 'bool'));
  root.lookupType('validate.BytesRules').add(new protobuf.Field('ignoreEmpty', 14, 'bool'));
  root.lookupType('validate.RepeatedRules').add(new protobuf.Field('ignoreEmpty', 5, 'bool'));
  root.lookupType('validate.MapRules').add(new protobuf.Field('ignoreEmpty', 6, 'bool'));
  return root;
}

const BOOL_OPTIONS: readonly (readonly [string, FieldFlag])[] = [
  ['deprecated', 'deprecated'],
  ['.envoy.annotations.disallowedByDefault', 'disallowed'],
  ['.envoy.annotations.disallowedByDefaultEnum', 'disallowed'],
  ['.udpa.annotations.sensitive', 'sensitive'],
];

function flagsOf(options: Readonly<Record<string, unknown>> | undefined): FieldFlag[] {
  return BOOL_OPTIONS.filter(([key]) => options?.[key] === true).map(([, flag]) => flag);
}

function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
      snake(inner),
    ]),
  );
}

function scalarOrName(field: FieldDescriptor): string {
  return field.typeName === undefined ? field.type.slice(5).toLowerCase() : field.typeName.slice(1);
}

function fieldOf(field: FieldDescriptor, message: MessageDescriptor, full: string): FieldSchema {
  const entry = message.nestedType?.find(
    (n) => n.options?.['mapEntry'] === true && `${full}.${n.name}` === field.typeName?.slice(1),
  );
  const value = entry?.field?.find((f) => f.number === 2);
  const key = entry?.field?.find((f) => f.number === 1);
  const isOptional = field.proto3Optional === true;
  const flags = flagsOf(field.options);
  return {
    name: field.name ?? '',
    number: field.number,
    type: scalarOrName(value ?? field),
    label: value !== undefined ? 'map' : field.label === 'LABEL_REPEATED' ? 'repeated' : 'one',
    keyType: key === undefined ? '' : scalarOrName(key),
    oneof:
      isOptional || field.oneofIndex === undefined ? '' : (message.oneofDecl?.[field.oneofIndex]?.name ?? ''),
    flags: isOptional ? ['optional', ...flags] : flags,
    rules: flattenRules(snake(field.options?.['.validate.rules'])),
  };
}

function addEnum(schema: EnumDescriptor, scope: string, into: Schemas): void {
  const name = `${scope}.${schema.name}`;
  const values = (schema.value ?? []).map((v) => ({
    name: v.name ?? '',
    number: v.number ?? 0,
    flags: flagsOf(v.options),
  }));
  into.enums.set(name, { name, values } satisfies EnumSchema);
}

function addMessage(message: MessageDescriptor, scope: string, into: Schemas): void {
  if (message.options?.['mapEntry'] === true) return;
  const name = `${scope}.${message.name}`;
  const oneofs = (message.oneofDecl ?? [])
    .filter((o) => !o.name?.startsWith('_'))
    .map((o) => ({ name: o.name ?? '', required: o.options?.['.validate.required'] === true }));
  into.messages.set(name, {
    name,
    oneofs,
    fields: (message.field ?? []).map((f) => fieldOf(f, message, name)),
  });
  for (const nested of message.nestedType ?? []) addMessage(nested, name, into);
  for (const nested of message.enumType ?? []) addEnum(nested, name, into);
}

function goFiles(directory: string, into: string[]): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) goFiles(path, into);
    else if (path.endsWith('.pb.go') && !path.includes('vtproto') && !path.includes('/v2')) into.push(path);
  }
}

/** Every message and enum of the packages below a Go module's directory. */
export function loadGoModule(directory: string, nodeModules: string): Schemas {
  const fileType = descriptorRoot(nodeModules).lookupType('google.protobuf.FileDescriptorProto');
  const files: string[] = [];
  goFiles(directory, files);
  const schemas: Schemas = { messages: new Map(), enums: new Map() };
  for (const path of files) {
    const raw = rawDescriptor(readFileSync(path, 'utf8'));
    if (raw === undefined) continue;
    const file: FileDescriptor = fileType.toObject(fileType.decode(raw), { enums: String, longs: Number });
    for (const message of file.messageType ?? []) addMessage(message, file.package ?? '', schemas);
    for (const schema of file.enumType ?? []) addEnum(schema, file.package ?? '', schemas);
  }
  return schemas;
}
