import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';

/** Reads a `core.v3.Metadata` field as namespace → structure; null when absent. */
export function parseMetadata(node: ConfigNode, field: string): Plain {
  const metadata = node.message(field);
  if (metadata === undefined) return null;
  metadata.unsupported('typed_filter_metadata', 'only filter_metadata is kept');
  return metadata.struct('filter_metadata') ?? {};
}

/** Both questions by filter name and key; where they differ the second one counts. */
export function mergeMetadata(first: Plain, second: Plain): Plain {
  if (!isPlainObject(second)) return first;
  if (!isPlainObject(first)) return second;
  const merged: { [filter: string]: Plain } = { ...first };
  for (const [filter, values] of Object.entries(second)) {
    const own = merged[filter];
    merged[filter] = isPlainObject(own) && isPlainObject(values) ? { ...own, ...values } : values;
  }
  return merged;
}
