import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import protobuf from 'protobufjs';
import { flattenRules } from './rules.js';
import type { EnumSchema, FieldFlag, FieldSchema, MessageSchema, Schemas } from './schema.js';

/** Types of packages that are not installed; nothing in them is ever configured. */
const STUBS = [
  'syntax="proto3"; package opencensus.proto.trace.v1; message TraceConfig {} message Span {}',
  'syntax="proto3"; package opentelemetry.proto.common.v1; message KeyValueList {} message AnyValue {} message KeyValue {}',
  'syntax="proto3"; package io.prometheus.client; message MetricFamily {}',
];

type Options = readonly Readonly<Record<string, unknown>>[] | undefined;

function option(options: Options, name: string): unknown {
  return options?.find((o) => Object.hasOwn(o, name))?.[name];
}

function fieldFlags(options: Options, comment: string | null): FieldFlag[] {
  const flags: FieldFlag[] = [];
  if (option(options, 'deprecated') === true) flags.push('deprecated');
  if (option(options, '(envoy.annotations.disallowed_by_default)') === true) flags.push('disallowed');
  if (option(options, '(udpa.annotations.sensitive)') === true) flags.push('sensitive');
  if (comment?.includes('[#not-implemented-hide:]')) flags.push('hidden');
  return flags;
}

function resolvedType(field: protobuf.Field): string {
  return field.resolvedType === null ? field.type : field.resolvedType.fullName.slice(1);
}

function fieldSchema(field: protobuf.Field): FieldSchema {
  const options: Options = field.parsedOptions;
  const oneof = field.partOf;
  const isOptional = oneof?.name.startsWith('_') === true;
  const flags = fieldFlags(options, field.comment);
  return {
    name: field.name,
    number: field.id,
    type: resolvedType(field),
    label: field instanceof protobuf.MapField ? 'map' : field.repeated ? 'repeated' : 'one',
    keyType: field instanceof protobuf.MapField ? field.keyType : '',
    oneof: isOptional ? '' : (oneof?.name ?? ''),
    flags: isOptional ? ['optional', ...flags] : flags,
    rules: flattenRules(option(options, '(validate.rules)')),
  };
}

function messageSchema(type: protobuf.Type): MessageSchema {
  const oneofs = type.oneofsArray
    .filter((oneof) => !oneof.name.startsWith('_'))
    .map((oneof) => ({
      name: oneof.name,
      required: option(oneof.parsedOptions, '(validate.required)') === true,
    }));
  return { name: type.fullName.slice(1), oneofs, fields: type.fieldsArray.map(fieldSchema) };
}

function enumFlags(options: Readonly<Record<string, unknown>> | undefined): FieldFlag[] {
  const flags: FieldFlag[] = [];
  if (options?.['deprecated'] === true) flags.push('deprecated');
  if (options?.['(envoy.annotations.disallowed_by_default_enum)'] === true) flags.push('disallowed');
  return flags;
}

function enumSchema(type: protobuf.Enum): EnumSchema {
  const values = Object.entries(type.values).map(([name, number]) => ({
    name,
    number,
    flags: enumFlags(type.valuesOptions?.[name]),
  }));
  return { name: type.fullName.slice(1), values };
}

const KEPT = /^(envoy|xds|udpa|google\.rpc|google\.api\.expr)\./;

function collect(namespace: protobuf.NamespaceBase, into: Schemas): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) {
      into.messages.set(nested.fullName.slice(1), messageSchema(nested));
      collect(nested, into);
    } else if (nested instanceof protobuf.Enum) {
      into.enums.set(nested.fullName.slice(1), enumSchema(nested));
    } else if (nested instanceof protobuf.Namespace) {
      collect(nested, into);
    }
  }
}

function protoFiles(directory: string, relative: string, into: string[]): void {
  for (const entry of readdirSync(join(directory, relative), { withFileTypes: true })) {
    const path = `${relative}/${entry.name}`;
    if (entry.isDirectory()) protoFiles(directory, path, into);
    else if (path.endsWith('.proto') && !/\/v2(alpha)?\//.test(path)) into.push(path);
  }
}

/** Reads every v3 `.proto` file of the installed packages. */
export function loadProtoFiles(nodeModules: string): Schemas {
  const deps = join(nodeModules, '@grpc/grpc-js-xds/deps');
  const envoy = join(deps, 'envoy-api');
  const xds = join(deps, 'xds');
  const orca = join(nodeModules, '@grpc/grpc-js/proto/xds');
  const roots = [envoy, xds, orca, join(deps, 'protoc-gen-validate'), join(deps, 'googleapis')];
  roots.push(join(nodeModules, 'protobufjs'));
  const files: string[] = [];
  protoFiles(envoy, 'envoy', files);
  protoFiles(xds, 'xds', files);
  protoFiles(xds, 'udpa/type', files);
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    if (isAbsolute(target)) return target;
    const directory = roots.find((candidate) => existsSync(join(candidate, target)));
    return directory === undefined ? null : join(directory, target);
  };
  for (const stub of STUBS) protobuf.parse(stub, root, { keepCase: true });
  const v3 = files.filter((file) => /\/v3\/|^xds\/|^udpa\//.test(file));
  root.loadSync(v3, { keepCase: true, alternateCommentMode: true });
  root.resolveAll();
  const schemas: Schemas = { messages: new Map(), enums: new Map() };
  collect(root, schemas);
  for (const names of [schemas.messages, schemas.enums]) {
    for (const name of names.keys()) if (!KEPT.test(name)) names.delete(name);
  }
  return schemas;
}
