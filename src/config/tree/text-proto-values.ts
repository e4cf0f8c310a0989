import type { Plain } from '../../base/plain.js';
import { entryOf, type MapEntry, type MapNode, type SourceNode } from '../source/source-node.js';
import { plainOf } from './struct-values.js';

const NOTHING: SourceNode = { kind: 'scalar', sort: 'null', at: 0, text: '' };

function members(node: SourceNode, field: string): readonly SourceNode[] {
  if (node.kind !== 'map') return [];
  return node.entries
    .filter((e) => e.key === field)
    .flatMap(({ value }) => (value.kind === 'list' ? value.items : [value]));
}

/** The text format writes a map as messages with a `key` and a `value`. */
export function textProtoEntry(node: MapNode): MapEntry {
  const key = entryOf(node, 'key')?.value;
  return {
    key: key?.kind === 'scalar' ? key.text : '',
    keyAt: key?.at ?? node.at,
    value: entryOf(node, 'value')?.value ?? { ...NOTHING, at: node.at },
  };
}

/** A Struct, Value or ListValue in its message form, `fields { key: "a" value { number_value: 1 } }`. */
export function textProtoStruct(type: string, node: SourceNode): Plain {
  if (type === 'google.protobuf.Struct') {
    const entries = members(node, 'fields')
      .filter((n) => n.kind === 'map')
      .map(textProtoEntry);
    return Object.fromEntries(entries.map((e) => [e.key, textProtoStruct('google.protobuf.Value', e.value)]));
  }
  if (type === 'google.protobuf.ListValue') {
    return members(node, 'values').map((item) => textProtoStruct('google.protobuf.Value', item));
  }
  const only = node.kind === 'map' ? node.entries[0] : undefined;
  if (only === undefined || only.key === 'null_value') return null;
  if (only.key === 'struct_value') return textProtoStruct('google.protobuf.Struct', only.value);
  return only.key === 'list_value'
    ? textProtoStruct('google.protobuf.ListValue', only.value)
    : plainOf(only.value);
}
