import { WireWriter } from '../../src/codec/protobuf/wire-writer.js';

/** Descriptor sets as tests write them: `{ id: [1, 'int64'], tags: [2, 'repeated string'], kind: [3, '.lib.Kind'] }`. */
export interface FileText {
  readonly name: string;
  readonly package: string;
  readonly messages?: { readonly [name: string]: { readonly [field: string]: readonly [number, string] } };
  readonly enums?: { readonly [name: string]: readonly string[] };
  readonly services?: { readonly [name: string]: { readonly [method: string]: MethodText } };
}

export interface MethodText {
  readonly takes: string;
  readonly gives: string;
  readonly streamsIn?: boolean;
  readonly streamsOut?: boolean;
  /** `GET /v1/{id}`, with ` body=*` or ` response_body=x` behind it; the first is the rule, others are additional. */
  readonly http?: readonly string[];
}

const types = [
  '',
  'double',
  'float',
  'int64',
  'uint64',
  'int32',
  'fixed64',
  'fixed32',
  'bool',
  'string',
  'group',
  'message',
  'bytes',
  'uint32',
  'enum',
  'sfixed32',
  'sfixed64',
  'sint32',
  'sint64',
];

type Piece = readonly [number: number, value: string | number | Buffer];

function encode(pieces: readonly Piece[]): Buffer {
  const writer = new WireWriter();
  for (const [number, value] of pieces) {
    if (typeof value === 'number') {
      writer.tag(number, 0);
      writer.varint(BigInt(value));
    } else writer.block(number, Buffer.from(value));
  }
  return writer.finish();
}

/** A `FileDescriptorSet`. Types with a dot are messages, unless some file has an enum of the name. */
export function descriptorSet(files: readonly FileText[]): Buffer {
  const enums = new Set(
    files.flatMap((file) => Object.keys(file.enums ?? {}).map((name) => `.${file.package}.${name}`)),
  );
  return encode(files.map((file, i) => [1, fileOf(file, enums, files.slice(0, i))]));
}

function fileOf(file: FileText, enums: ReadonlySet<string>, before: readonly FileText[]): Buffer {
  const pieces: Piece[] = [[1, file.name], [2, file.package], ...before.map(({ name }): Piece => [3, name])];
  for (const [name, fields] of Object.entries(file.messages ?? {}))
    pieces.push([4, messageOf(file, name, fields, enums)]);
  for (const [name, values] of Object.entries(file.enums ?? {})) {
    pieces.push([
      5,
      encode([
        [1, name],
        ...values.map(
          (value, i): Piece => [
            2,
            encode([
              [1, value],
              [2, i],
            ]),
          ],
        ),
      ]),
    ]);
  }
  for (const [name, methods] of Object.entries(file.services ?? {})) {
    const list = Object.entries(methods).map(([method, text]): Piece => [2, methodOf(method, text)]);
    pieces.push([6, encode([[1, name], ...list])]);
  }
  return encode([...pieces, [12, 'proto3']]);
}

function messageOf(
  file: FileText,
  name: string,
  fields: { readonly [field: string]: readonly [number, string] },
  enums: ReadonlySet<string>,
): Buffer {
  const nested: Piece[] = [];
  const own = Object.entries(fields).map(([field, [number, text]]): Piece => {
    const map = /^map<(.*), *(.*)>$/.exec(text);
    if (map === null) return [2, fieldOf(field, number, text, enums)];
    const entry = `${field[0]?.toUpperCase()}${field.slice(1)}Entry`;
    const members: Piece[] = [
      [1, entry],
      [2, fieldOf('key', 1, map[1] ?? '', enums)],
      [2, fieldOf('value', 2, map[2] ?? '', enums)],
      [7, encode([[7, 1]])],
    ];
    nested.push([3, encode(members)]);
    return [2, fieldOf(field, number, `repeated .${file.package}.${name}.${entry}`, enums)];
  });
  return encode([[1, name], ...own, ...nested]);
}

function fieldOf(name: string, number: number, text: string, enums: ReadonlySet<string>): Buffer {
  const type = text.replace('repeated ', '');
  const kind = type.startsWith('.') ? (enums.has(type) ? 'enum' : 'message') : type;
  const json = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const pieces: Piece[] = [
    [1, name],
    [3, number],
    [4, text.startsWith('repeated ') ? 3 : 1],
    [5, types.indexOf(kind)],
  ];
  if (type.startsWith('.')) pieces.push([6, type]);
  return encode([...pieces, [10, json]]);
}

function methodOf(name: string, { takes, gives, streamsIn, streamsOut, http }: MethodText): Buffer {
  const pieces: Piece[] = [
    [1, name],
    [2, takes],
    [3, gives],
  ];
  const [first, ...others] = (http ?? []).map(ruleOf);
  if (first !== undefined)
    pieces.push([
      4,
      encode([[72295728, Buffer.concat([first, ...others.map((rule) => encode([[11, rule]]))])]]),
    ]);
  if (streamsIn === true) pieces.push([5, 1]);
  if (streamsOut === true) pieces.push([6, 1]);
  return encode(pieces);
}

function ruleOf(text: string): Buffer {
  const [method = '', path = '', ...rest] = text.split(' ');
  const number = { GET: 2, PUT: 3, POST: 4, DELETE: 5, PATCH: 6 }[method];
  const pieces: Piece[] = [
    number === undefined
      ? [
          8,
          encode([
            [1, method],
            [2, path],
          ]),
        ]
      : [number, path],
  ];
  for (const option of rest) {
    const [key, value = ''] = option.split('=');
    pieces.push([key === 'body' ? 7 : 12, value]);
  }
  return encode(pieces);
}
