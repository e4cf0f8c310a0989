import type { Plain } from '../../base/plain.js';
import type { SourceNode } from '../source/source-node.js';

/** A node as JSON data: what a `Struct` or `Value` holds. */
export function plainOf(node: SourceNode): Plain {
  if (node.kind === 'list') return node.items.map(plainOf);
  if (node.kind === 'map') return Object.fromEntries(node.entries.map((e) => [e.key, plainOf(e.value)]));
  switch (node.sort) {
    case 'null':
      return null;
    case 'bool':
      return node.text === 'true';
    case 'number':
      return Number(node.text);
    case 'string':
      return node.text;
  }
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** The reverse of `plainOf`, for data that came without a text; every node stands at `at`. */
export function nodeOf(value: Plain, at: number): SourceNode {
  if (value === null || value === undefined) return { kind: 'scalar', sort: 'null', at, text: '' };
  if (isList(value)) return { kind: 'list', at, items: value.map((item) => nodeOf(item, at)) };
  if (typeof value === 'object' && !(value instanceof Uint8Array)) {
    const entries = Object.entries(value).map(([key, inner]) => ({
      key,
      keyAt: at,
      value: nodeOf(inner, at),
    }));
    return { kind: 'map', at, entries };
  }
  const sort = typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'number' : 'string';
  return { kind: 'scalar', sort, at, text: String(value) };
}
